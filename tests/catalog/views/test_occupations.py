"""From skills to occupations, as a visitor without JavaScript reads them."""

import pytest
from django.urls import reverse
from lxml import html

from catalog.services.vocabulary import refresh_job_titles
from tests.support.factories.catalog import CertificationFactory, OccupationFactory, SkillFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/metiers/"


@pytest.fixture
def welding():
    welder = OccupationFactory(near_codes=["H2902"])
    OccupationFactory(code="H2902", label="Chaudronnier / Chaudronnière", titles=[])
    refresh_job_titles()
    SkillFactory(label="Métallurgie", occupations=[welder])
    return SkillFactory(label="Techniques de soudage", occupations=[welder])


def page_of(client, **query):
    response = client.get(ADDRESS, query)
    assert response.status_code == 200
    return html.fromstring(response.content)


def boxes(page):
    return {
        box.xpath("string(following-sibling::label)"): "checked" in box.attrib
        for box in page.xpath("//main//input[@type='checkbox']")
    }


def text_of(page):
    return " ".join(page.xpath("//main")[0].text_content().split())


def test_words_propose_skills_to_tick_beside_those_already_chosen(client, welding):
    page = page_of(client, q="métallurgie", c=[welding.pk])

    assert boxes(page) == {"Métallurgie": False, "Techniques de soudage": True}


def test_chosen_skills_show_occupations_with_their_reasons_and_trainings(client, welding):
    page = page_of(client, c=[welding.pk])

    assert "1 de vos compétences, sur 2 que ce métier demande" in text_of(page)
    assert "Vous avez déjà : Techniques de soudage Il demande aussi : Métallurgie" in text_of(page)
    assert page.xpath("//main//li//a/@href")[:2] == ["/metiers/H2913/", "/formations/?q=soudeur"]


def test_occupation_one_starts_from_ticks_all_its_skills(client, welding):
    named = page_of(client, q="soudeur").xpath("//main//form//li/a/@href")

    page = html.fromstring(client.get(ADDRESS + named[0]).content)

    assert boxes(page) == {"Métallurgie": True, "Techniques de soudage": True}


@pytest.mark.parametrize(
    "query",
    [{"c": ["x", "1" * 40, "\x00"]}, {"metier": "\x00\x00'"}, {"q": "&|!():*"}, {"q": "zzzz"}],
    ids=["codes", "occupation", "operators", "unknown word"],
)
def test_page_reads_whatever_the_address_says(client, welding, query):
    assert not page_of(client, **query).xpath("//main//ol")


def test_occupation_page_says_skills_certifications_and_near_occupations(client, welding):
    certification = CertificationFactory(occupations=[welding.occupations.get()])

    page = html.fromstring(client.get(reverse("catalog:occupation_detail", args=["h2913"])).content)

    text = text_of(page)
    for said in ("Techniques de soudage", certification.full_title, "Chaudronnier / Chaudronnière"):
        assert said in text, said


def test_occupation_without_known_skills_says_so(client, welding):
    text = client.get(reverse("catalog:occupation_detail", args=["H2902"])).content.decode()

    assert "ne décrit pas encore les compétences de ce métier" in text
