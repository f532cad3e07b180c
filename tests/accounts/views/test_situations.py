from datetime import date

import pytest
import time_machine

from accounts.enums import SituationKind
from accounts.models import Holder
from accounts.situation_effects import KIND_OF_SLUG, PAGES
from tests.support.factories.accounts import PASSWORD, HolderFactory, SituationFactory, UserFactory
from tests.support.factories.catalog import some_communes

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(client):
    holder = HolderFactory()
    client.force_login(holder.user)
    return holder


def text_of(response):
    return " ".join(response.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


def test_every_situation_has_its_page():
    assert set(PAGES) == set(SituationKind)
    assert len(KIND_OF_SLUG) == len(PAGES)


@pytest.mark.parametrize("slug", [page.slug for page in PAGES.values()])
def test_situation_change_says_what_it_changes(client, holder, slug):
    page = text_of(client.get(f"/ma-situation/{slug}/"))

    assert PAGES[KIND_OF_SLUG[slug]].effect.replace("\u00a0", " ") in page


@time_machine.travel(date(2026, 3, 3))
def test_diploma_question_shows_the_gain_and_its_date_from_the_dated_values(client, holder):
    page = text_of(client.get("/bienvenue/diplome/"))

    assert "800,00 € par an au lieu de 500,00 €" in page
    assert "5 000,00 € à 8 000,00 €" in page
    assert "à partir de l'année 2026" in page
    assert "1 avril 2027" in page or "1er avril 2027" in page


def test_diploma_question_comes_by_itself_at_the_first_sign_in_alone(client):
    user = UserFactory()
    holder = HolderFactory(user=user, diploma_asked_at=None)

    first = client.post("/connexion/", {"login": user.email, "password": PASSWORD})
    client.get(first["Location"])
    client.post("/deconnexion/")
    second = client.post("/connexion/", {"login": user.email, "password": PASSWORD})

    assert first["Location"] == "/bienvenue/diplome/"
    assert second["Location"] == "/tableau-de-bord/"
    assert Holder.objects.get(pk=holder.pk).diploma_asked_at


def test_diploma_answer_is_kept_from_today(client, holder):
    client.post("/bienvenue/diplome/", {"level": "2"})

    situation = holder.situations.get()
    assert (situation.kind, situation.details) == (SituationKind.DIPLOMA_LEVEL, {"level": 2})
    assert "Aucun diplôme, ou le brevet" in text_of(client.get("/ma-situation/"))


def test_situation_change_public_agent_keeps_category_and_hours(client, holder):
    answer = client.post(
        "/ma-situation/agent-public/",
        {"change": "enter", "effective_on": "2026-01-01", "category": "C", "weekly_hours": "28,5"},
    )

    assert answer["Location"] == "/ma-situation/"
    assert holder.situations.get().details == {"category": "C", "weekly_minutes": 1_710}


def test_situation_change_leaving_ends_it(client, holder):
    SituationFactory(holder=holder, starts_on=date(2020, 1, 1))

    client.post("/ma-situation/salarie/", {"change": "leave", "effective_on": "2026-01-31"})

    assert holder.situations.get().ends_on == date(2026, 1, 31)


def test_situation_change_leaving_what_never_was_is_explained(client, holder):
    page = text_of(client.post("/ma-situation/salarie/", {"change": "leave", "effective_on": "2026-01-31"}))

    assert "Aucune situation de cette nature" in page


def test_situation_change_place_is_found_by_name_and_not_announced(client, holder):
    some_communes("2B033")

    client.post("/ma-situation/residence/", {"commune": "Bastia", "effective_on": "2026-01-01"})
    future = text_of(
        client.post("/ma-situation/travail/", {"commune": "Bastia", "effective_on": "2999-01-01"})
    )
    unknown = text_of(
        client.post("/ma-situation/travail/", {"commune": "Nulleville", "effective_on": "2026-01-01"})
    )

    holder.refresh_from_db()
    assert holder.home_commune_code == "2B033"
    assert "une fois qu’il a eu lieu" in future
    assert "n’est pas connue" in unknown


def test_situation_change_of_an_unknown_kind_is_not_found(client, holder):
    assert client.get("/ma-situation/astronaute/").status_code == 404
