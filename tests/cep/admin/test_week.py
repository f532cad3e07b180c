"""The week of the agenda: the same meetings as in the list, day by day, and no others."""

import pytest

from accounts.models import AccessLogEntry
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import (
    MONDAY,
    AdviserFactory,
    BookingFactory,
    SiteFactory,
    WindowFactory,
    at,
    span,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_on_friday")]
WEEK = "/admin/cep/booking/semaine/"
NEXT = f"{WEEK}?jour=2026-11-25"


@pytest.fixture
def adviser():
    return AdviserFactory(operator=SiteFactory(name="Espace Ajaccio").operator)


@pytest.fixture
def own(client, adviser):
    client.force_login(adviser.user)
    return client


def meeting(adviser, hour="09:00", **changes):
    site = adviser.operator.sites.get()
    return BookingFactory(adviser=adviser, site=site, start=at(MONDAY, hour), **changes)


def days_of(answer):
    return [
        (f"{day.day:%d/%m}", day.openings, [str(one.person) for one in day.meetings])
        for day in answer.context["days"]
    ]


def test_week_shows_who_comes_and_when_doors_are_open(own, adviser):
    WindowFactory(adviser=adviser, site=adviser.operator.sites.get())
    meeting(adviser, "10:00", holder=HolderFactory(first_names="Ange", birth_name="Leca"))
    meeting(adviser, "09:00", holder=HolderFactory(first_names="Zita", birth_name="Poli"))
    BookingFactory()

    answer = own.get(NEXT)

    names = [name for _, _, people in days_of(answer) for name in people]
    assert [name.rsplit(" ", 1)[-1].upper() for name in names] == ["POLI", "LECA"]
    assert [day for day, _, _ in days_of(answer)] == ["23/11", "24/11", "25/11", "26/11", "27/11"]
    assert answer.context["days"][0].openings == ["9\xa0h – 12\xa0h, Espace Ajaccio"]
    assert "Semaine du 23 au 29 novembre 2026" in answer.content.decode()


def test_week_end_is_there_once_something_happens(own, adviser):
    WindowFactory(
        adviser=adviser,
        site=adviser.operator.sites.get(),
        span=span("09:00", "12:00", day=MONDAY.replace(day=28)),
    )

    assert [day for day, _, _ in days_of(own.get(NEXT))][-1] == "28/11"


def test_week_overseas_is_that_of_the_clock_of_the_place(client):
    adviser = AdviserFactory(operator=SiteFactory(reunion=True).operator)
    site = adviser.operator.sites.get()
    WindowFactory(adviser=adviser, site=site, span=span("01:00", "03:00", zone=site.time_zone))
    client.force_login(adviser.user)

    [monday, *_] = client.get(NEXT).context["days"]

    assert [said.partition(",")[0] for said in monday.openings] == ["1\xa0h – 3\xa0h"]


def test_people_shown_can_read_that_somebody_looked(own, adviser):
    seen = meeting(adviser)

    own.get(NEXT)

    assert list(AccessLogEntry.objects.values_list("holder", "actor")) == [(seen.holder_id, adviser.user_id)]


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("", "du 16 au 22 novembre 2026"),
        ("2026-13-45", "du 16 au 22 novembre 2026"),
        ("n'importe quoi", "du 16 au 22 novembre 2026"),
        ("9999-12-31", "du 16 au 22 novembre 2026"),
        ("0001-01-01", "du 16 au 22 novembre 2026"),
        ("2026-12-31", "du 28 décembre 2026 au 3 janvier 2027"),
    ],
)
def test_week_is_that_of_the_day_asked_for_else_this_one(own, said, title):
    assert f"Semaine {title}" in own.get(WEEK, {"jour": said}).content.decode()


def test_manager_sees_the_meetings_of_the_team_and_whose_they_are(client, adviser):
    meeting(adviser)
    client.force_login(UserFactory(cep_manager=True, scope_code=adviser.operator.code))

    page = client.get(NEXT).content.decode()

    assert adviser.display_name in page


@pytest.mark.parametrize("role", [{"regional_agent": True}, {}], ids=["regional agent", "nobody"])
def test_week_is_closed_to_who_advises_nobody(client, adviser, role):
    meeting(adviser)
    client.force_login(UserFactory(**role))

    assert client.get(NEXT).status_code in {302, 403}


@pytest.mark.parametrize("rows", [1, 3])
def test_week_costs_the_same_queries_whatever_it_holds(own, adviser, rows, django_assert_num_queries):
    for rank in range(rows):
        meeting(adviser, f"{9 + rank:02}:00")
    own.get(NEXT)

    with django_assert_num_queries(6):
        own.get(NEXT)
