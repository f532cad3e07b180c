"""The public page of legal values: every one is there, with its dates, its source and what the law leaves open."""

from html import unescape

import pytest
from django.test import Client

from rights.parameters import legal_values
from rights.parameters.types import Confidence
from rights.wording.values import CONFIDENCES, TOPICS

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    response = Client().get("/baremes/")
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_page_shows_every_parameter_with_its_sources(page):
    for parameter in legal_values().parameters.values():
        assert parameter.meaning in page
        assert all(value.source in page for value in parameter.values)


def test_page_flags_each_choice_and_explains_it(page):
    choices = [
        value
        for parameter in legal_values().parameters.values()
        for value in parameter.values
        if value.confidence is Confidence.LOW
    ]

    assert page.count(">Choix du site<") == len(choices)
    assert all(value.note in page for value in choices)


def test_page_names_the_version_that_computations_record(page):
    assert legal_values().version in page


def test_page_says_which_right_pays_for_what_and_who_validates(page):
    for use in legal_values().uses:
        assert use.pays_for in page
        assert use.validated_by in page


def test_page_gives_the_participation_with_its_period(page):
    assert "102,23\u202f€" in page
    assert "Du 1er janvier 2025 au 31 décembre 2025" in page.replace("\xa0", " ")


def test_page_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        Client().get("/baremes/")


def test_every_topic_and_confidence_has_words():
    used = {parameter.topic for parameter in legal_values().parameters.values()}

    assert used == set(TOPICS)
    assert set(CONFIDENCES) == set(Confidence)
