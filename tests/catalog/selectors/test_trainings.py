import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.enums import EntryMode, Modality, RecruitmentState
from catalog.models import Training
from catalog.selectors.places import search_area
from catalog.selectors.reading import enough
from catalog.selectors.trainings import (
    Order,
    Wish,
    search_trainings,
    training_in_full,
    trainings_offered,
)
from catalog.services.search_index import refresh_search_entries
from catalog.services.vocabulary import refresh_vocabulary
from tests.support.factories.catalog import (
    BASTIA,
    TODAY,
    ActionFactory,
    CertificationFactory,
    OccupationFactory,
    SessionFactory,
    offered,
)

pytestmark = pytest.mark.usefixtures("corsica")


def found(words="", place="", **wish):
    results = search_trainings(Wish(day=TODAY, words=words, area=search_area(place).area, **wish))
    return [result.training for result in results.items]


@pytest.mark.parametrize(
    "words",
    [
        "soudeur",
        "SOUDEURS",
        "soudeuse",
        "soudure",
        "soudage",
        "souder",
        "formation de soudeur",
        "cap soudeur",
    ],
)
def test_search_word_of_the_trade_finds_it(words):
    welding = offered("Soudeur à l'arc")
    offered("Comptable assistant")

    assert found(words, "Ajaccio") == [welding]


@pytest.mark.parametrize(
    "words", ["developpeur web", "développeur web", "dévelopeur web", "développeuses web"]
)
def test_search_accents_gender_and_doubled_letters_give_the_same_result(words):
    training = offered("Titre professionnel Développeur web et web mobile")
    offered("Développer son écoute")

    assert found(words) == [training]


def test_search_occupation_of_the_certification_counts():
    certification = CertificationFactory(title="Assembleur industriel", occupations=[OccupationFactory()])
    training = offered("Assemblage de pièces", certification=certification)

    assert found("soudeuse") == [training]


def test_search_occupation_named_by_the_feed_counts():
    OccupationFactory()
    training = offered("Assemblage de pièces", occupation_codes=["H2913"])

    assert found("soudeur") == [training]


def test_search_title_comes_before_certification_and_occupation():
    certification = CertificationFactory(title="Soudage", occupations=[OccupationFactory()])
    by_occupation = offered("Assemblage de pièces", certification=certification)
    by_title = offered("Soudeur à l'arc")

    assert found("soudeur", "Ajaccio") == [by_title, by_occupation]


def test_search_objective_alone_makes_no_result():
    offered("Comptable", objective="Tenir les comptes d'un soudeur")

    assert found("soudeur") == []


def test_search_organisation_is_found_by_its_name_but_not_by_its_stem():
    training = offered("Comptable", organisation__name="Société Générale des Arts")

    assert found("générale") == [training]
    assert found("généralement") == []


@pytest.mark.parametrize(("words", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (8, 6)])
def test_enough_words(words, needed):
    assert enough(words) == needed


def test_search_two_words_are_both_wanted_three_may_miss_one():
    offered("Soudeur à l'arc")

    assert found("soudeur boulanger") == []
    assert len(found("soudeur arc boulanger")) == 1


def test_search_around_a_town_gives_the_nearest_first_and_nothing_beyond_the_radius():
    near = offered("Soudeur", commune="2A271")
    here = offered("Soudeur", commune="2A004")
    far = offered("Soudeur", commune=BASTIA)

    assert found("soudeur", "Ajaccio") == [here, near]
    assert found("soudeur", "Ajaccio", radius_km=10) == [here]
    assert found("soudeur", "Ajaccio", radius_km=300) == [here, near, far]


def test_search_department_region_and_country_hold_what_lies_in_them():
    south, north, lyon = (offered("Soudeur", commune=code) for code in ("2A004", BASTIA, "69123"))

    assert set(found("soudeur", "2A")) == {south}
    assert set(found("soudeur", "Corse")) == {south, north}
    assert set(found("soudeur", "france")) == {south, north, lyon}


def test_search_place_alone_and_words_alone_work():
    training = offered("Soudeur")

    assert found("", "Ajaccio") == found("soudeur", "") == found("", "") == [training]


def test_search_remote_trainings_are_everywhere_and_last():
    remote = offered("Soudeur", commune="69123", action={"modality": Modality.REMOTE}, starts_in=5)
    on_site = offered("Soudeur", starts_in=60)
    results = search_trainings(Wish(day=TODAY, words="soudeur", area=search_area("Ajaccio").area))

    assert [result.training for result in results.items] == [on_site, remote]
    assert [result.is_remote for result in results.items] == [False, True]
    assert results.items[1].distance_km is None
    for order in Order:
        assert found("soudeur", "Ajaccio", order=order)[-1] == remote


@pytest.mark.parametrize(
    ("action", "session", "is_found"),
    [
        ({}, {"starts_on": TODAY}, True),
        ({}, {"starts_on": TODAY - datetime.timedelta(days=1)}, False),
        ({}, {"recruitment_state": RecruitmentState.CLOSED}, False),
        ({}, {"recruitment_state": RecruitmentState.SUSPENDED}, False),
        ({}, {"closed_on": TODAY}, False),
        ({}, {"starts_on": None, "ends_on": None}, False),
        ({"entry_mode": EntryMode.PERMANENT}, {"starts_on": TODAY - datetime.timedelta(days=90)}, True),
        (
            {"entry_mode": EntryMode.PERMANENT},
            {"starts_on": TODAY - datetime.timedelta(days=90), "ends_on": TODAY - datetime.timedelta(days=1)},
            False,
        ),
        ({"entry_mode": EntryMode.PERMANENT}, {"starts_on": None, "ends_on": None}, True),
        ({"closed_on": TODAY}, {}, False),
    ],
)
def test_search_finds_only_what_one_may_still_join(action, session, is_found):
    """The rule is also Session.is_open_on: the search and the page of the training agree."""
    training = offered("Soudeur", action=action, session=session)

    assert (found("soudeur") == [training]) is is_found
    if not action.get("closed_on"):
        made = training.actions.get().sessions.get()
        assert made.is_open_on(TODAY) is is_found


def test_search_orders_by_date_price_and_distance():
    soon = offered("Soudeur", starts_in=10, price_cents=300_000, commune="2A271")
    cheap = offered("Soudeur", starts_in=20, price_cents=10_000, commune="2A271")
    unpriced = offered("Soudeur", starts_in=30, price_cents=None, commune="2A004")

    assert found("soudeur", "Ajaccio", order=Order.DATE) == [soon, cheap, unpriced]
    assert found("soudeur", "Ajaccio", order=Order.PRICE) == [cheap, soon, unpriced]
    assert found("soudeur", "Ajaccio", order=Order.DISTANCE)[0] == unpriced


def test_search_result_shows_the_price_of_the_session_shown():
    training = offered("Soudeur", price_cents=200_000)
    remote = ActionFactory(training=training, modality=Modality.REMOTE, price_cents=50_000)
    dear = ActionFactory(training=training, price_cents=150_000)
    SessionFactory(action=remote)
    SessionFactory(action=dear, place=training.actions.first().sessions.get().place)
    refresh_search_entries([training.pk])

    for order, price in ((Order.RELEVANCE, 200_000), (Order.PRICE, 150_000)):
        [result] = search_trainings(
            Wish(day=TODAY, words="soudeur", area=search_area("Ajaccio").area, order=order)
        ).items
        assert (result.price_cents, result.session.action.price_cents) == (price, price)
        assert result.sessions == 3


def test_search_ties_are_drawn_anew_each_day_and_never_by_name():
    trainings = [offered("Soudeur", organisation__name=name) for name in "ABCDEFGH"]

    orders = set()
    for shift in range(6):
        day = TODAY + datetime.timedelta(days=shift)
        results = search_trainings(Wish(day=day, words="soudeur", area=search_area("Ajaccio").area))
        orders.add(tuple(result.training.pk for result in results.items))

    assert all(set(order) == {training.pk for training in trainings} for order in orders)
    assert len(orders) > 1
    assert found("soudeur", "Ajaccio") == found("soudeur", "Ajaccio")


def test_search_training_with_several_sessions_is_one_result():
    training = offered("Soudeur")
    action = training.actions.get()
    SessionFactory.create_batch(3, action=action, place=action.sessions.get().place)
    refresh_search_entries([training.pk])

    [result] = search_trainings(Wish(day=TODAY, words="soudeur")).items
    assert result.sessions == 4


def test_search_pages_follow_each_other_without_gap_nor_repetition():
    trainings = {offered("Soudeur").pk for _ in range(23)}

    first, second = (found("soudeur", page=page) for page in (1, 2))

    assert (len(first), len(second)) == (20, 3)
    assert {training.pk for training in (*first, *second)} == trainings


@pytest.mark.parametrize("page", ["0", "-1", "zz", "999999"])
def test_search_page_that_does_not_exist_is_the_first_or_the_last(page):
    offered("Soudeur")

    assert len(found("soudeur", page=page)) == 1


def test_search_costs_one_query_one_for_the_counts_and_two_for_the_words():
    counts = []
    offered("Soudeur")
    refresh_vocabulary()
    area = search_area("Ajaccio").area
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            results = search_trainings(Wish(day=TODAY, words="soudeur", area=area))
            for result in results.items:
                str(
                    (
                        result.training.organisation.name,
                        result.session.place.town,
                        result.training.certification_id,
                    )
                )
        counts.append((results.total, len(queries)))
        offered("Soudeur", certification=CertificationFactory())
        offered("Soudeur")

    assert counts == [(1, 4), (3, 4)]


@given(st.text(max_size=200).filter(lambda text: "\x00" not in text))
@settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
def test_search_any_words_never_fail(words):
    results = search_trainings(Wish(day=TODAY, words=words, area=search_area("Ajaccio").area))

    assert results.total == 0


def test_training_in_full_costs_the_same_queries_for_one_and_three_sessions():
    training = offered("Soudeur", certification=CertificationFactory())
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            read = training_in_full(training.pk, day=TODAY)
            sessions = [session for action in read.actions.all() for session in action.sessions.all()]
            str([(session.is_open_on(TODAY), session.place and session.place.town) for session in sessions])
            str([block.title for block in read.certification.blocks.all()])
        counts.append((len(sessions), len(queries)))
        ActionFactory(training=training)
        SessionFactory.create_batch(2, action=training.actions.first())

    assert counts == [(1, 4), (3, 4)]


def test_training_in_full_hides_sessions_that_are_over():
    training = offered("Soudeur")
    SessionFactory(action=training.actions.get(), starts_on=TODAY - datetime.timedelta(days=3))

    read = training_in_full(training.pk, day=TODAY)

    assert [len(action.sessions.all()) for action in read.actions.all()] == [1]


def test_training_in_full_closed_training_stays_readable():
    training = offered("Soudeur")
    Training.objects.update(closed_on=TODAY)

    assert training_in_full(training.pk, day=TODAY) == training


def test_trainings_offered_are_those_that_one_may_join():
    certification = CertificationFactory()
    training = offered("Soudeur", certification=certification)
    offered("Soudeur", certification=certification, session={"recruitment_state": RecruitmentState.CLOSED})
    offered("Soudeur")

    assert list(trainings_offered(day=TODAY, certification_code=certification.pk)) == [training]
    assert list(trainings_offered(day=TODAY, organisation_id=training.organisation_id)) == [training]
