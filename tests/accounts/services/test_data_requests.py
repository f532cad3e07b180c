from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import DataRequestKind, DataRequestState
from accounts.exceptions import DataRequestAnswered
from accounts.models import AfterDeathInstruction, DataRequest
from accounts.rules.data_rights import ground_on
from accounts.services.data_requests import (
    answer_data_request,
    record_after_death_instruction,
    submit_data_request,
)
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "today", "text"),
    [
        (DataRequestKind.ERASURE, date(2024, 12, 31), "Code du travail, article R. 6323-38"),
        (
            DataRequestKind.ERASURE,
            date(2025, 1, 1),
            "Code du travail, article R. 6323-38 (décret n° 2024-1236)",
        ),
        (
            DataRequestKind.OBJECTION,
            date(2026, 3, 3),
            "Code du travail, article R. 6323-38 (décret n° 2024-1236)",
        ),
        (
            DataRequestKind.PORTABILITY,
            date(2026, 3, 3),
            "Règlement (UE) 2016/679, article 20, paragraphe 3",
        ),
    ],
)
def test_submit_data_request_that_a_text_decides_is_answered_with_it(kind, today, text):
    request = submit_data_request(holder=HolderFactory(), kind=kind, text="…", today=today)

    assert (request.state, request.ground) == (DataRequestState.REFUSED, text)
    assert request.answer


@pytest.mark.parametrize("kind", [DataRequestKind.RECTIFICATION, DataRequestKind.RESTRICTION])
def test_submit_data_request_that_an_officer_decides_waits_a_month_at_most(kind):
    request = submit_data_request(holder=HolderFactory(), kind=kind, text="…", today=date(2026, 1, 31))

    assert request.is_open
    assert request.due_on == date(2026, 2, 28)


def test_answer_data_request_is_given_once():
    request = submit_data_request(
        holder=HolderFactory(), kind=DataRequestKind.RECTIFICATION, text="…", today=date(2026, 3, 3)
    )
    officer = UserFactory(data_protection=True)

    answered = answer_data_request(request=request, officer=officer, accepted=True, answer="Corrigé.")

    assert (answered.state, answered.answered_by) == (DataRequestState.ACCEPTED, officer)
    with pytest.raises(DataRequestAnswered):
        answer_data_request(request=request, officer=officer, accepted=False, answer="Non.")
    assert DataRequest.objects.get().answer == "Corrigé."


def test_data_request_answered_without_words_is_refused_by_the_database():
    request = submit_data_request(
        holder=HolderFactory(), kind=DataRequestKind.RECTIFICATION, text="…", today=date(2026, 3, 3)
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.filter(pk=request.pk).update(state=DataRequestState.REFUSED)


def test_ground_on_a_day_before_the_texts_that_were_read_is_left_to_the_officer():
    assert ground_on(DataRequestKind.ERASURE, date(2023, 8, 3)) is None


def test_record_after_death_instruction_replaces_the_former_one_and_keeps_it():
    holder = HolderFactory()
    record_after_death_instruction(holder=holder, text="Effacez tout")

    record_after_death_instruction(holder=holder, text="Donnez tout à ma sœur", trusted_person="Ma sœur")

    assert AfterDeathInstruction.objects.count() == 2
    assert AfterDeathInstruction.objects.get(replaced_at=None).text == "Donnez tout à ma sœur"
