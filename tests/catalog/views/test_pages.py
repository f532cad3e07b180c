"""The public pages, as a visitor without JavaScript reads them."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from catalog.enums import Modality, RecruitmentState
from catalog.models import Training
from catalog.services.vocabulary import refresh_vocabulary
from tests.support.factories.catalog import (
    BASTIA,
    TODAY,
    CertificationFactory,
    OrganisationFactory,
    SessionFactory,
    offered,
)

pytestmark = [pytest.mark.usefixtures("corsica")]
NOON = datetime.datetime.combine(TODAY, datetime.time(12), datetime.UTC)


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel(NOON, tick=False):
        yield


def page_of(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return html.fromstring(response.content)


def search(client, **query):
    return page_of(client, reverse("catalog:training_search"), **query)


def result_links(page):
    return page.xpath("//main//ol//h3/a/@href")


def text_of(page):
    return " ".join(page.xpath("//main")[0].text_content().split())


def test_search_results_are_links_in_rank_order(client):
    near, here = offered("Soudeur", commune="2A271"), offered("Soudeur", commune="2A004")

    page = search(client, q="soudeuse", lieu="Ajaccio")

    assert result_links(page) == [f"/formations/{here.pk}/", f"/formations/{near.pk}/"]
    assert "2 formations pour « soudeuse »" in text_of(page)
    assert "soudeuse" in page.findtext("head/title")


def test_search_form_keeps_what_was_written(client):
    page = search(client, q="<b>soudeur", lieu="Ajaccio", rayon="50", tri="prix")

    assert page.get_element_by_id("q").value == "<b>soudeur"
    assert page.get_element_by_id("lieu").value == "Ajaccio"
    assert page.get_element_by_id("rayon").value == "50"
    assert page.get_element_by_id("tri").value == "prix"


def test_search_without_result_offers_wider_searches(client):
    offered("Soudeur", commune=BASTIA)

    page = search(client, q="soudeur", lieu="Ajaccio", page="3")

    links = page.xpath("//main//a[starts-with(@href, '?')]/@href")
    assert "Aucune formation trouvée" in text_of(page)
    assert links == [
        "?q=soudeur&lieu=Ajaccio&rayon=50",
        "?q=soudeur&lieu=Ajaccio&rayon=100",
        "?q=soudeur&lieu=france",
    ]
    assert result_links(page_of(client, reverse("catalog:training_search") + links[-1]))


def test_search_unknown_place_says_so_beside_the_field(client):
    offered("Soudeur")

    page = search(client, q="soudeur", lieu="Xyzville")

    field = page.get_element_by_id("lieu")
    assert field.get("aria-invalid") == "true"
    assert page.get_element_by_id(field.get("aria-describedby")).text_content().strip()
    assert "Xyzville" in page.xpath("//*[@role='alert']")[0].text_content()
    assert not result_links(page)


def test_search_ambiguous_place_gives_a_choice_that_keeps_the_words(client):
    training = offered("Soudeur", commune="97411")

    page = search(client, q="soudeur", lieu="Saint-Denis")

    choices = page.xpath("//main//div[contains(@class, 'fr-alert')]//a/@href")
    assert len(choices) == 2
    found = [result_links(page_of(client, reverse("catalog:training_search") + choice)) for choice in choices]
    assert [f"/formations/{training.pk}/"] in found


def test_search_remote_trainings_come_under_a_line_of_their_own(client):
    offered("Soudeur", action={"modality": Modality.REMOTE})
    offered("Soudeur")

    items = [
        " ".join(item.text_content().split()) for item in search(client, q="soudeur").xpath("//main//ol/li")
    ]

    assert len(items) == 3
    assert items[1].startswith("Entièrement à distance")


def test_search_many_results_say_how_to_shorten(client, monkeypatch):
    monkeypatch.setattr("catalog.views.search.MANY", 1)
    offered("Soudeur")
    offered("Soudeur")

    assert "La liste est longue" in text_of(search(client, q="soudeur"))


def test_search_pages_keep_the_search(client):
    for _ in range(21):
        offered("Soudeur")

    page = search(client, q="soudeur", lieu="Ajaccio")

    following = page.xpath("//nav[@aria-label='Pages de la liste']//a[@rel='next']/@href")[0]
    assert len(result_links(page)) == 20
    assert len(result_links(page_of(client, reverse("catalog:training_search") + following))) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"rayon": "12"},
        {"rayon": "-3"},
        {"rayon": "zz"},
        {"rayon": "9" * 400},
        {"tri": "inconnu"},
        {"page": "zz"},
        {"q": "x" * 5_000},
        {"q": "a\x00b", "lieu": "\x00"},
        {"q": "'; DROP TABLE catalog_training; --"},
        {"q": "soud:* & | ! ("},
        {"lieu": "%%%"},
    ],
)
def test_search_address_written_by_hand_never_fails(client, query):
    offered("Soudeur")

    assert client.get(reverse("catalog:training_search"), query).status_code == 200
    assert Training.objects.count() == 1


def test_search_page_costs_the_same_queries_for_one_and_three_results(client):
    counts = []
    offered("Soudeur")
    refresh_vocabulary()
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page = search(client, q="soudeur", lieu="Ajaccio")
        counts.append((len(result_links(page)), len(queries)))
        offered("Soudeur", certification=CertificationFactory())
        offered("Soudeur")

    assert counts == [(1, 5), (3, 5)]


def test_detail_shows_price_length_and_dates_and_asks_for_open_sessions_only(client):
    training = offered("Soudeur", certification=CertificationFactory(code="RNCP38311"))
    action = training.actions.get()
    SessionFactory(action=action, recruitment_state=RecruitmentState.SUSPENDED)
    opened = action.sessions.exclude(place=None).get()

    page = page_of(client, reverse("catalog:training_detail", args=[training.pk]))

    asked = page.xpath("//main//a[contains(@href, '/mes-dossiers/demande/')]")
    assert [link.get("href") for link in asked] == [f"/mes-dossiers/demande/{opened.pk}/"]
    assert asked[0].text_content() == "Demander cette session du 11 avril 2026 à Ajaccio"
    text = text_of(page)
    assert "1 190,00 €" in text
    assert "70 h" in text
    assert "Inscriptions suspendues" in text
    assert page.xpath("//main//a[@href='/certifications/RNCP38311/']")
    assert page.xpath(f"//main//a[@href='/organismes/{training.organisation_id}/']")


def test_detail_closed_training_says_so_and_asks_for_nothing(client):
    training = offered("Soudeur")
    Training.objects.update(closed_on=TODAY)
    training.actions.get().sessions.update(closed_on=TODAY)

    page = page_of(client, reverse("catalog:training_detail", args=[training.pk]))

    assert "Cette formation n'est plus proposée" in text_of(page)
    assert not page.xpath("//main//a[contains(@href, '/mes-dossiers/demande/')]")


def test_detail_text_of_a_feed_is_never_markup(client):
    training = offered("<script>alert(1)</script>", objective="<img src=x onerror=alert(1)>")

    page = page_of(client, reverse("catalog:training_detail", args=[training.pk]))

    assert not page.xpath("//main//script | //main//img")
    assert "<script>alert(1)</script>" in text_of(page)


def test_detail_page_costs_the_same_queries_for_one_and_three_sessions(client):
    training = offered("Soudeur", certification=CertificationFactory())
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page = page_of(client, reverse("catalog:training_detail", args=[training.pk]))
        counts.append((len(page.xpath("//main//li[@class='portal-session']")), len(queries)))
        SessionFactory.create_batch(2, action=training.actions.get())

    assert counts == [(1, 7), (3, 7)]


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("catalog:training_detail", 987_654_321),
        ("catalog:organisation_detail", 987_654_321),
        ("catalog:certification_detail", "RNCP999999"),
        ("catalog:certification_detail", "n'importe quoi"),
    ],
)
def test_pages_of_what_does_not_exist_answer_404(client, name, argument):
    assert client.get(reverse(name, args=[argument])).status_code == 404


def test_certification_page_tells_its_level_and_its_open_trainings(client):
    certification = CertificationFactory(code="RNCP38311")
    training = offered("Soudeur", certification=certification)

    page = page_of(client, "/certifications/rncp38311/")

    assert "Mention complémentaire Technicien en soudage" in page.findtext(".//h1")
    assert "bac (niveau 4)" in text_of(page)
    assert page.xpath(f"//main//a[@href='/formations/{training.pk}/']")


def test_certification_page_ended_registration_is_said(client):
    CertificationFactory(code="RNCP34738", expires_on=TODAY - datetime.timedelta(days=1))

    page = page_of(client, "/certifications/RNCP34738/")

    assert "n'est plus enregistrée" in text_of(page)


def test_organisation_page_tells_who_it_is(client):
    organisation = OrganisationFactory(name="Centre d'essai", is_qualiopi=None)

    page = page_of(client, reverse("catalog:organisation_detail", args=[organisation.pk]))

    assert organisation.siret in text_of(page)
    assert "Non connue" in text_of(page)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_accept_no_writing(client, method):
    assert getattr(client, method)(reverse("catalog:training_search")).status_code == 405
