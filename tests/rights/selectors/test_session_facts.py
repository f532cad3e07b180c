"""A session as a file repeats it."""

from datetime import date

import pytest

from catalog.enums import EntryMode
from rights.selectors.session_facts import (
    REMOTE,
    facts_of_session,
    place_in_words,
    session_for_request,
    starts_on_for_request,
)
from tests.support.factories.rights import (
    REQUEST_DAY,
    SESSION_START,
    ActionFactory,
    PlaceFactory,
    RequestableSessionFactory,
)

pytestmark = pytest.mark.django_db


def test_session_for_request_reads_everything_in_one_query(django_assert_num_queries):
    created = RequestableSessionFactory()

    with django_assert_num_queries(1):
        facts = facts_of_session(session_for_request(created.pk), REQUEST_DAY)

    assert facts.organisation_siret == created.action.training.organisation.siret


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "Atelier du port, 20000 Ajaccio"),
        ({"name": ""}, "20000 Ajaccio"),
        ({"name": "", "postal_code": ""}, "Ajaccio"),
    ],
)
def test_place_in_words_keeps_what_is_known(parts, words):
    assert place_in_words(PlaceFactory(**parts)) == words


def test_place_of_a_remote_session_says_so():
    session = RequestableSessionFactory(place=None)

    assert facts_of_session(session, REQUEST_DAY).place == REMOTE


def test_start_of_a_dated_session_is_its_own_even_when_too_near():
    session = RequestableSessionFactory(starts_on=date(2026, 3, 3))

    assert starts_on_for_request(session, REQUEST_DAY) == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("begins", "expected"), [(date(2026, 1, 5), date(2026, 3, 17)), (SESSION_START, SESSION_START)]
)
def test_start_of_permanent_entries_is_the_later_of_session_and_notice(begins, expected):
    session = RequestableSessionFactory(
        action=ActionFactory(entry_mode=EntryMode.PERMANENT), starts_on=begins
    )

    assert starts_on_for_request(session, REQUEST_DAY) == expected
