"""A week of two advisers, one of whom leaves: every person concerned has a proposal, a message and a calendar entry."""

from datetime import time, timedelta

import pytest
from icalendar import Calendar

from accounts.models import Notification
from cep.enums import BookingStatus, ImpactCause, ImpactEnd, MeetingMode
from cep.exceptions import PlanRefused
from cep.models import Absence, Booking, ExtraOpening, Impact, SiteClosure, Window
from cep.services.appointments import accept_proposal
from cep.services.booking import book_appointment
from cep.services.messages import render_proposal
from cep.services.moving import propose_replacement, propose_replacements
from cep.services.plans import close_site, lift, record_absence, record_departure, record_opening
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import MONDAY, NOW, AdviserFactory, SiteFactory, at, demand, pattern

pytestmark = pytest.mark.django_db

WEEK = [0, 1, 2, 3, 4]


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def team(site):
    """Two advisers, every weekday from 9 to 12, laid down from their plan."""
    advisers = AdviserFactory.create_batch(2, operator=site.operator)
    for adviser in advisers:
        record_opening(opening=pattern(adviser, site, weekdays=WEEK), actor=None, now=NOW)
    return advisers


def booked(adviser, site, *starts):
    window = Window.objects.filter(adviser=adviser).first()
    return [
        book_appointment(**demand(window, start=start, holder=HolderFactory(nir=None))) for start in starts
    ]


def week_of(adviser, site):
    """Ten people: two each day."""
    starts = [at(MONDAY + timedelta(days=day), hour) for day in WEEK for hour in ("09:00", "10:00")]
    return booked(adviser, site, *starts)


def test_departure_gives_each_person_a_proposal_a_message_and_a_calendar_entry(team, site):
    leaving, staying = team
    met = week_of(leaving, site)
    booked(staying, site, at(MONDAY, "09:00"))
    Notification.objects.all().delete()

    report = record_departure(adviser=leaving, last_day=MONDAY - timedelta(days=1), actor=None, now=NOW)
    proposed = propose_replacements(impacts=report.impacts, actor=None, now=NOW)

    assert len(report.impacts) == proposed == len(met) == 10
    assert not Window.objects.filter(adviser=leaving).exists()
    assert set(Impact.objects.values_list("end", "cause")) == {(ImpactEnd.REPLACED, ImpactCause.DEPARTURE)}
    for old in met:
        new = Booking.objects.get(moved_from=old)
        assert (new.status, new.adviser, new.holder) == (BookingStatus.PROPOSED, staying, old.holder)
        message = Notification.objects.get(holder=old.holder)
        (attached,) = render_proposal(message.context).attachments
        (event,) = Calendar.from_ical(attached[2]).walk("VEVENT")
        assert str(event["UID"]) == str(old.calendar_uid)
        assert (event["SEQUENCE"], str(event["STATUS"])) == (1, "TENTATIVE")
        assert event["DTSTART"].dt == new.starts_at
    # Nine keep their hour with the colleague; the tenth found that hour taken.
    assert sum(Booking.objects.get(moved_from=old).starts_at == old.starts_at for old in met) == 9


def test_person_accepts_the_proposal_and_their_calendar_is_confirmed(team, site):
    leaving, _ = team
    (old,) = booked(leaving, site, at(MONDAY, "09:00"))
    report = record_departure(adviser=leaving, last_day=NOW.date(), actor=None, now=NOW)
    new = propose_replacement(impact=report.impacts[0], actor=None, now=NOW)

    accepted = accept_proposal(booking=new, actor=old.holder.user, now=NOW)

    assert accepted.is_confirmed
    assert accepted.sequence == old.sequence + 2
    assert Notification.objects.filter(holder=old.holder).count() == 3


def test_where_nothing_is_free_the_impact_stays_open_and_the_person_is_told_once(team, site):
    leaving, staying = team
    (old,) = booked(leaving, site, at(MONDAY, "09:00"))
    record_departure(adviser=staying, last_day=NOW.date(), actor=None, now=NOW)
    report = record_departure(adviser=leaving, last_day=NOW.date(), actor=None, now=NOW)

    for _ in range(2):
        assert propose_replacement(impact=report.impacts[0], actor=None, now=NOW) is None

    old.refresh_from_db()
    assert old.is_confirmed
    assert Impact.objects.get().closed_at is None
    assert Notification.objects.filter(kind="cep.appointment_not_replaced").count() == 1


def test_departure_before_the_arrival_changes_nothing(team):
    with pytest.raises(PlanRefused):
        record_departure(adviser=team[0], last_day=team[0].starts_on - timedelta(days=1), actor=None, now=NOW)

    assert Window.objects.filter(adviser=team[0]).exists()


def test_departure_typed_twice_opens_each_impact_once(team, site):
    booked(team[0], site, at(MONDAY, "09:00"))

    first, second = (
        record_departure(adviser=team[0], last_day=NOW.date(), actor=None, now=NOW) for _ in range(2)
    )

    assert (len(first.impacts), len(second.impacts)) == (1, 0)
    assert Impact.objects.count() == 1


def test_site_closing_that_is_refused_gives_the_same_windows_back(team, site):
    """Hard case 21: the request is refused by the referent."""
    (old,) = booked(team[0], site, at(MONDAY, "09:00"))
    before = sorted(Window.objects.values_list("adviser", "site", "mode", "span", "place"), key=str)
    closure = SiteClosure(site=site, first_day=MONDAY, last_day=MONDAY + timedelta(days=30), reason="Travaux")
    report = close_site(closure=closure, actor=None, now=NOW)
    assert [impact.booking for impact in report.impacts] == [old]

    lift(entry=closure, now=NOW)

    assert sorted(Window.objects.values_list("adviser", "site", "mode", "span", "place"), key=str) == before
    assert Impact.objects.get().end == ImpactEnd.RESTORED


def test_exceptional_opening_of_a_closed_site_lets_one_person_in(team, site):
    close_site(
        closure=SiteClosure(site=site, first_day=MONDAY, last_day=MONDAY, reason="Pont"), actor=None, now=NOW
    )
    extra = ExtraOpening(
        adviser=team[0],
        site=site,
        mode=MeetingMode.ON_SITE,
        day=MONDAY,
        local_start=time(14),
        local_end=time(15),
    )

    record_opening(opening=extra, actor=None, now=NOW)

    monday = Window.objects.filter(span__overlap=(at(MONDAY, "00:00"), at(MONDAY, "23:00")))
    assert [window.span.lower for window in monday] == [at(MONDAY, "14:00")]


def test_sick_leave_typed_today_keeps_the_meeting_that_is_over_and_flags_those_that_are_not(team, site):
    """Hard case 20: from ten, three meetings: one over, one going on, one to come."""
    over, going_on, to_come = booked(
        team[0], site, at(MONDAY, "09:00"), at(MONDAY, "10:00"), at(MONDAY, "11:00")
    )
    now = at(MONDAY, "10:30")
    absence = Absence(adviser=team[0], first_day=MONDAY, last_day=MONDAY + timedelta(days=60), kind="sick")

    report = record_absence(absence=absence, actor=None, now=now)

    assert {impact.booking for impact in report.impacts} == {going_on, to_come}
    assert not Impact.objects.filter(booking=over).exists()
    assert Window.objects.filter(adviser=team[0]).earliest("span").span.upper == now
    last_away = at(MONDAY + timedelta(days=60), "23:00")
    assert not Window.objects.filter(adviser=team[0], span__overlap=(now, last_away)).exists()
