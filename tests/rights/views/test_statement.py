"""The statement: a dated paper with a code, and the public page that tells whether it is genuine."""

import re

import pytest
from django.test import override_settings

from rights.models import Statement
from rights.services.statements import check_statement, draw_statement
from tests.support.factories.rights import CounterFactory

pytestmark = pytest.mark.django_db
CHECK = "/verifier/"


@pytest.fixture
def counter():
    return CounterFactory(balance=1_234_56)


def test_statement_is_a_tagged_pdf_and_keeps_no_code(client, counter):
    client.force_login(counter.holder.user)

    answer = client.post("/mes-droits/releve/")

    assert answer["Content-Type"] == "application/pdf"
    assert b"/StructTreeRoot" in answer.content
    assert Statement.objects.get().balances == [
        ["Compte personnel de formation (CPF)", "1\u202f234,56\u202f€"]
    ]


def test_code_of_a_statement_shows_its_amounts_and_names_nobody(client, counter):
    drawn = draw_statement(holder=counter.holder, address="/verifier/")

    page = client.post(CHECK, {"code": drawn.code.lower()}).content.decode()

    assert "Relevé authentique" in page
    assert "234,56" in page
    assert counter.holder.birth_name not in page
    assert drawn.code not in Statement.objects.get().code_hash


def test_unknown_code_says_what_to_do(client, counter):
    draw_statement(holder=counter.holder, address="/verifier/")

    page = client.post(CHECK, {"code": "0000-0000-0000-0000"}).content.decode()

    assert "Aucun relevé ne porte ce code" in page
    assert not re.search(r"234,56", page)


def test_tries_beyond_the_limit_are_refused(client, counter):
    drawn = draw_statement(holder=counter.holder, address="/verifier/")

    with override_settings(STATEMENT_CHECKS=2):
        answers = [client.post(CHECK, {"code": "X"}, REMOTE_ADDR="192.0.2.77").status_code for _ in range(3)]
        late = client.post(CHECK, {"code": drawn.code}, REMOTE_ADDR="192.0.2.77")

    assert answers == [200, 200, 429]
    assert late.status_code == 429
    assert check_statement(code=drawn.code, origin="192.0.2.78")
