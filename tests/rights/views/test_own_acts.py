"""Conversions and points: what the page says would happen is what happens, once, and only when it is confirmed."""

import re
from datetime import date
from uuid import uuid4

import pytest

from rights.enums import PointsOutcome, Scheme
from rights.models import Counter, Entry, PointsRequest
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

CONVERSION, POINTS = "/mes-droits/convertir/", "/mes-droits/points/"
SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


@pytest.fixture
def holder(client):
    holder = HolderFactory(birth_date=date(1970, 2, 1))
    sign_in(client, holder.user)
    return holder


def text_of(response):
    assert response.status_code == 200
    return response.content.decode().translate(SPACES)


def hidden(page, form):
    """The hidden fields of the form to confirm that holds this value of `toward` or `use`."""
    forms = (part for part in page.split("<form") if 'name="idempotency_key"' in part)
    part = next(part for part in forms if f'value="{form}"' in part)
    return dict(re.findall(r'name="(\w+)" value="([^"]+)"', part))


def balance(holder, scheme):
    return Counter.objects.get(holder=holder, scheme=scheme).balance


class TestConversion:
    def test_page_says_both_ways_and_writes_nothing(self, client, holder):
        CounterFactory(holder=holder, balance=2_000_00)
        CounterFactory(holder=holder, scheme=Scheme.PUBLIC_HOURS, balance=100 * 60)

        page = text_of(client.get(CONVERSION))

        # 150 h at most on the public counter: 50 of the 133 fit. 100 h are 1 500 €.
        assert 'Vous recevriez <strong class="portal-figure">50 h</strong>' in page
        assert "750,00 €</span> deviennent" in page
        assert "1 250,00 €</span> restent" in page
        assert 'Vous recevriez <strong class="portal-figure">1 500,00 €</strong>' in page
        assert "Une conversion ne s’annule pas" in page
        assert Entry.objects.filter(kind="conversion").count() == 0

    def test_confirmed_conversion_moves_what_the_page_said_once(self, client, holder):
        CounterFactory(holder=holder, balance=2_000_00)
        CounterFactory(holder=holder, scheme=Scheme.PUBLIC_HOURS, balance=100 * 60)
        typed = hidden(text_of(client.get(CONVERSION)), "public") | {"understood": "on"}

        answers = [client.post(CONVERSION, typed) for _ in range(2)]

        assert [answer["Location"] for answer in answers] == ["/mes-droits/heures-publiques/"] * 2
        assert (balance(holder, Scheme.CPF), balance(holder, Scheme.PUBLIC_HOURS)) == (1_250_00, 150 * 60)

    def test_conversion_without_the_box_ticked_is_not_done(self, client, holder):
        CounterFactory(holder=holder, balance=750_00)
        typed = hidden(text_of(client.get(CONVERSION)), "public")

        page = text_of(client.post(CONVERSION, typed))

        assert "Cochez la case pour confirmer" in page
        assert balance(holder, Scheme.CPF) == 750_00

    def test_counter_that_changed_meanwhile_asks_to_read_again(self, client, holder):
        CounterFactory(holder=holder, balance=750_00)
        typed = hidden(text_of(client.get(CONVERSION)), "public")

        page = text_of(client.post(CONVERSION, typed | {"expected_given": "60", "understood": "on"}))

        assert "Vos compteurs ont changé" in page
        assert balance(holder, Scheme.CPF) == 750_00

    def test_empty_counters_say_that_there_is_nothing_to_convert(self, client, holder):
        page = text_of(client.get(CONVERSION))

        assert page.count("Il n’y a rien à convertir") == 2
        assert '<button class="fr-btn" type="submit">Convertir' not in page

    def test_password_alone_leads_to_the_proof_of_identity(self, client):
        holder = HolderFactory(identity_proof=False)
        sign_in(client, holder.user)
        CounterFactory(holder=holder, balance=750_00)
        typed = hidden(text_of(client.get(CONVERSION)), "public") | {"understood": "on"}

        answer = client.post(CONVERSION, typed)

        assert answer["Location"].startswith("/mon-compte/prouver-mon-identite/")
        assert balance(holder, Scheme.CPF) == 750_00


class TestPoints:
    @pytest.fixture
    def counter(self, holder):
        return CounterFactory(holder=holder, scheme=Scheme.C2P, balance=45)

    def test_preview_says_what_the_points_are_worth_and_blocks_none(self, client, counter):
        page = text_of(client.get(POINTS, {"use": "training", "points": "3"}))

        assert "1 500,00 €" in page
        assert "Une fois acceptée, elle ne s’annule pas" in page
        assert not PointsRequest.objects.exists()

    @pytest.mark.parametrize(
        ("use", "points", "why"),
        [
            ("part_time", "15", "se prennent par 10"),
            ("part_time", "30", "il y en a 20 utilisables ainsi, 20 étant réservés"),
            ("training", "46", "il y en a 45 disponibles"),
        ],
        ids=["by tens", "reserved", "too many"],
    )
    def test_use_that_is_not_possible_says_why(self, use, points, why, client, counter):
        page = text_of(client.get(POINTS, {"use": use, "points": points}))

        assert why in page
        assert 'name="idempotency_key"' not in page

    def test_request_blocks_the_points_once_and_may_be_withdrawn(self, client, counter, holder):
        typed = hidden(text_of(client.get(POINTS, {"use": "part_time", "points": "20"})), "part_time")
        for _ in range(2):
            client.post(POINTS, typed)
        asked = PointsRequest.objects.get()
        blocked = balance(holder, Scheme.C2P)
        assert "Réponse au plus tard le" in text_of(client.get(POINTS))

        page = text_of(client.post(f"{POINTS}{asked.pk}/retirer/", follow=True))

        assert (blocked, balance(holder, Scheme.C2P)) == (25, 45)
        assert asked.answer.outcome == PointsOutcome.WITHDRAWN
        assert "vos points sont de nouveau disponibles" in page

    def test_request_of_another_person_is_not_found(self, client, counter):
        other = CounterFactory(
            scheme=Scheme.C2P, balance=30, holder=HolderFactory(birth_date=date(1970, 2, 1))
        )
        sign_in(client, other.holder.user)
        typed = hidden(text_of(client.get(POINTS, {"use": "training", "points": "3"})), "training")
        client.post(POINTS, typed)
        asked = PointsRequest.objects.get()
        sign_in(client, counter.holder.user)

        answer = client.post(f"{POINTS}{asked.pk}/retirer/")

        assert answer.status_code == 404
        assert client.post(f"{POINTS}{uuid4()}/retirer/").status_code == 404

    def test_person_without_points_reads_where_they_come_from(self, client, holder):
        assert "Votre employeur déclare chaque année votre exposition" in text_of(client.get(POINTS))
