"""Hard cases of plans, beside those of the domain's list: clocks, holidays by zone, exceptions, changes in bulk."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from cep.enums import BookingStatus, ImpactCause, ImpactEnd, MeetingMode
from cep.exceptions import PlanRefused, WindowClosed
from cep.models import Absence, Booking, ExtraOpening, GroupSession, Impact, SiteClosure, Window
from cep.selectors.slots import free_slots
from cep.services.agenda import extend_plans, lay_down
from cep.services.booking import book_appointment
from cep.services.groups import open_session
from cep.services.plans import (
    change_network,
    close_site,
    lift,
    record_absence,
    record_departure,
    record_opening,
)
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    AdviserFactory,
    BookingFactory,
    OperatorFactory,
    SiteFactory,
    WindowFactory,
    at,
    demand,
    pattern,
    span,
)

pytestmark = pytest.mark.django_db

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
PARIS = "Europe/Paris"


def opened(adviser, zone: str = PARIS, day: date | None = None) -> list[str]:
    """Local hours of the adviser's windows, in order; of one local day when asked."""
    spans = Window.objects.filter(adviser=adviser).order_by("span").values_list("span", flat=True)
    local = [(s.lower.astimezone(ZoneInfo(zone)), s.upper.astimezone(ZoneInfo(zone))) for s in spans]
    return [f"{a:%d/%m %H:%M}-{b:%H:%M}" for a, b in local if day is None or a.date() == day]


def extra(adviser, site, day: date, start="09:00", end="12:00", **changes) -> ExtraOpening:
    hours = {"local_start": time.fromisoformat(start), "local_end": time.fromisoformat(end)}
    return ExtraOpening(
        adviser=adviser, site=site, day=day, **hours, **{"mode": MeetingMode.ON_SITE} | changes
    )


def absent(adviser, first: date, last: date | None = None, hours: tuple[str, str] | None = None) -> Absence:
    start, end = (time.fromisoformat(hour) for hour in hours) if hours else (None, None)
    absence = Absence(
        adviser=adviser, first_day=first, last_day=last or first, local_start=start, local_end=end
    )
    record_absence(absence=absence, actor=None, now=NOW)
    return absence


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def adviser(site):
    """Mondays from 9 to 12."""
    adviser = AdviserFactory(operator=site.operator)
    record_opening(opening=pattern(adviser, site), actor=None, now=NOW)
    return adviser


# Clocks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hours", "expected"),
    [
        (SPRING, ("00:30", "04:30"), ["00:30+0100", "01:30+0100", "03:30+0200"]),
        (AUTUMN, ("01:00", "04:00"), ["01:00+0200", "02:00+0200", "02:00+0100", "03:00+0100"]),
    ],
    ids=["spring", "autumn"],
)
def test_meetings_of_a_night_when_clocks_change_last_an_hour_and_begin_when_there_is_one(
    day, hours, expected
):
    site = SiteFactory()
    adviser = AdviserFactory(operator=site.operator)
    now = at(day - WEEK, "12:00")
    record_opening(opening=extra(adviser, site, day, *hours), actor=None, now=now)

    slots = free_slots(sites=[site], mode="on_site", since=now, until=now + 14 * DAY, now=now)

    assert [f"{slot.start.astimezone(site.zone):%H:%M%z}" for slot in slots] == expected


def test_absence_from_an_hour_that_the_clocks_jump_over_leaves_no_minute_open():
    site = SiteFactory()
    adviser = AdviserFactory(operator=site.operator)
    now = at(SPRING - WEEK, "12:00")
    record_opening(opening=extra(adviser, site, SPRING, "00:00", "06:00"), actor=None, now=now)

    absence = Absence(
        adviser=adviser, first_day=SPRING, last_day=SPRING, local_start=time(2, 30), local_end=time(4)
    )
    record_absence(absence=absence, actor=None, now=now)

    assert opened(adviser) == ["28/03 00:00-03:00", "28/03 04:00-06:00"]


def test_absence_until_an_hour_that_comes_twice_lasts_until_the_second():
    site = SiteFactory()
    adviser = AdviserFactory(operator=site.operator)
    now = at(AUTUMN - WEEK, "12:00")
    record_opening(opening=extra(adviser, site, AUTUMN, "00:00", "06:00"), actor=None, now=now)

    absence = Absence(
        adviser=adviser, first_day=AUTUMN, last_day=AUTUMN, local_start=time(1), local_end=time(2, 30)
    )
    record_absence(absence=absence, actor=None, now=now)

    (_, after) = Window.objects.filter(adviser=adviser).order_by("span")
    assert after.span.lower == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_absence_of_a_night_in_two_pieces_is_one_silence():
    site = SiteFactory()
    adviser = AdviserFactory(operator=site.operator)
    for day, hours in ((MONDAY, ("20:00", "23:59")), (MONDAY + DAY, ("00:00", "08:00"))):
        record_opening(opening=extra(adviser, site, day, *hours), actor=None, now=NOW)

    absent(adviser, MONDAY, hours=("22:00", "23:59"))
    absent(adviser, MONDAY + DAY, hours=("00:00", "06:00"))

    assert opened(adviser) == ["23/11 20:00-22:00", "24/11 06:00-08:00"]


def test_workshop_far_away_keeps_the_adviser_busy_on_the_clock_of_its_own_place():
    """An adviser of Paris leads a workshop of La Réunion at 14:00 there: 11:00 at home."""
    operator = OperatorFactory()
    paris, reunion = SiteFactory(operator=operator), SiteFactory(operator=operator, reunion=True)
    adviser = AdviserFactory(operator=operator)
    record_opening(
        opening=pattern(adviser, paris, local_start=time(9), local_end=time(18)), actor=None, now=NOW
    )

    session = open_session(
        adviser=adviser, site=reunion, title="CV", day=MONDAY, local_start=time(14), local_end=time(16),
        capacity=4, actor=None, now=NOW,
    )  # fmt: skip

    assert session.span == span("14:00", "16:00", zone="Indian/Reunion")
    assert opened(adviser, day=MONDAY) == ["23/11 09:00-11:00", "23/11 13:00-18:00"]


# Holidays by zone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "holidays", "day", "is_open"),
    [
        ("Indian/Reunion", "reunion", date(2027, 12, 20), False),
        (PARIS, "metropole", date(2027, 12, 20), True),
        ("Indian/Mayotte", "mayotte", date(2027, 4, 27), False),
        ("America/Martinique", "martinique", date(2027, 5, 22), False),
        ("America/Martinique", "martinique", date(2027, 5, 24), True),
        ("America/Cayenne", "guyane", date(2027, 6, 10), False),
        ("America/Cayenne", "guyane", date(2027, 6, 11), True),
        (PARIS, "alsace_moselle", date(2028, 4, 14), False),
    ],
    ids=["20 December in Réunion", "20 December in Paris", "27 April in Mayotte", "22 May in Martinique",
         "24 May in Martinique", "10 June in Guyane", "11 June in Guyane", "Good Friday of a leap year"],
)  # fmt: skip
def test_local_holiday_closes_its_own_zone(zone, holidays, day, is_open):
    site = SiteFactory(time_zone=zone, holiday_zone=holidays)
    adviser = AdviserFactory(operator=site.operator)
    now = at(day - WEEK, "12:00")

    record_opening(opening=pattern(adviser, site, weekdays=list(range(7))), actor=None, now=now)

    assert bool(opened(adviser, zone, day)) is is_open


def test_exceptional_opening_on_a_holiday_is_open_although_the_rule_is_not():
    site = SiteFactory()
    adviser = AdviserFactory(operator=site.operator)
    ascension = date(2027, 5, 6)
    now = at(ascension - WEEK, "12:00")
    record_opening(opening=pattern(adviser, site, weekdays=[3]), actor=None, now=now)

    record_opening(opening=extra(adviser, site, ascension, "10:00", "11:00"), actor=None, now=now)

    assert opened(adviser, day=ascension) == ["06/05 10:00-11:00"]


# Exceptions ---------------------------------------------------------------------------------------------------------


def test_exceptional_opening_beyond_the_horizon_opens_in_time_without_any_rule(site):
    bus = AdviserFactory(operator=site.operator)
    day = MONDAY + 200 * DAY
    record_opening(opening=extra(bus, site, day), actor=None, now=NOW)

    added = [extend_plans(now=NOW + days * DAY) for days in (60, 130)]

    assert added == [0, 1]
    assert opened(bus) == [f"{day:%d/%m} 09:00-12:00"]


def test_exceptional_opening_recorded_twice_and_taken_back_once_stays(adviser, site):
    first, second = (extra(adviser, site, MONDAY + DAY) for _ in range(2))
    for opening in (first, second):
        record_opening(opening=opening, actor=None, now=NOW)

    lift(entry=first, now=NOW)

    assert opened(adviser, day=MONDAY + DAY) == ["24/11 09:00-12:00"]


def test_one_monday_elsewhere_moves_that_monday_and_shows_who_was_expected(adviser, site):
    elsewhere = SiteFactory(operator=site.operator, bastia=True)
    window = Window.objects.filter(adviser=adviser).order_by("span").first()
    booked = book_appointment(**demand(window))

    report = record_opening(opening=extra(adviser, elsewhere, MONDAY), actor=None, now=NOW)

    (here,) = Window.objects.filter(adviser=adviser, span__overlap=span("09:00", "12:00"))
    assert here.site == elsewhere
    assert [impact.booking_id for impact in report.impacts] == [booked.pk]
    assert Window.objects.filter(adviser=adviser, site=site).exists()


def test_exceptional_opening_at_a_closed_site_lets_its_meeting_stand(adviser, site):
    booked = book_appointment(**demand(Window.objects.filter(adviser=adviser).order_by("span").first()))
    record_opening(opening=extra(adviser, site, MONDAY, "09:00", "10:00"), actor=None, now=NOW)

    closure = SiteClosure(site=site, first_day=MONDAY, last_day=MONDAY, reason="Travaux")
    report = close_site(closure=closure, actor=None, now=NOW)

    assert report.impacts == []
    assert opened(adviser, day=MONDAY) == ["23/11 09:00-10:00"]
    booked.refresh_from_db()
    assert booked.is_confirmed


# What was opened without a plan -------------------------------------------------------------------------------------


def test_hour_opened_by_hand_beside_a_rule_is_still_there_the_next_nights(site):
    adviser = AdviserFactory(operator=site.operator)
    WindowFactory(adviser=adviser, site=site, span=span("08:00", "09:30"))
    booked = book_appointment(**demand(Window.objects.get(), start=at(MONDAY, "08:30")))

    record_opening(opening=pattern(adviser, site), actor=None, now=NOW)
    again = [lay_down(adviser=adviser, now=NOW) for _ in range(2)]

    assert [(report.added, report.removed, report.impacts) for report in again] == [(0, 0, [])] * 2
    free = free_slots(sites=[site], mode="on_site", since=NOW, until=at(MONDAY, "23:00"), now=NOW)
    assert [f"{slot.start.astimezone(site.zone):%H:%M}" for slot in free] == ["09:30", "10:30"]
    booked.refresh_from_db()
    assert booked.is_confirmed


def test_departure_reaches_hours_that_were_opened_without_a_plan(site):
    window = WindowFactory(site=site)
    booked = book_appointment(**demand(window))

    report = record_departure(adviser=window.adviser, last_day=NOW.date(), actor=None, now=NOW)

    assert [impact.booking_id for impact in report.impacts] == [booked.pk]
    assert not Window.objects.exists()


# Rules that change --------------------------------------------------------------------------------------------------


def test_rule_that_ended_before_today_opens_nothing_and_loses_nothing(adviser, site):
    before = opened(adviser)

    report = record_opening(
        opening=pattern(adviser, site, weekdays=[1], ends_on=NOW.date() - DAY), actor=None, now=NOW
    )

    assert (report.added, report.removed, report.impacts) == (0, 0, [])
    assert opened(adviser) == before


def test_rule_replaced_by_a_shorter_one_shows_who_no_longer_fits_and_the_longer_one_brings_them_back(site):
    adviser = AdviserFactory(operator=site.operator)
    long = pattern(adviser, site)
    record_opening(opening=long, actor=None, now=NOW)
    window = Window.objects.filter(adviser=adviser).order_by("span").first()
    early, late = (book_appointment(**demand(window, start=at(MONDAY, hour))) for hour in ("09:00", "11:00"))

    with transaction.atomic():
        lift(entry=long, now=NOW)
        record_opening(opening=pattern(adviser, site, local_end=time(11)), actor=None, now=NOW)
    alone = set(Impact.objects.filter(closed_at=None).values_list("booking", flat=True))
    record_opening(opening=pattern(adviser, site, local_start=time(10)), actor=None, now=NOW)

    assert alone == {late.pk}
    assert not Impact.objects.filter(closed_at=None).exists()
    assert Impact.objects.filter(booking=early, end=ImpactEnd.RESTORED).exists()


def test_adviser_who_begins_later_is_laid_down_further_each_night_before_they_begin(site):
    newcomer = AdviserFactory(operator=site.operator, starts_on=NOW.date() + 30 * DAY)
    record_opening(opening=pattern(newcomer, site, weekdays=list(range(7))), actor=None, now=NOW)

    assert extend_plans(now=NOW + DAY) == 1


def test_departure_put_off_restores_the_hours_and_settles_the_impacts(adviser):
    windows = opened(adviser)
    booked = book_appointment(**demand(Window.objects.filter(adviser=adviser).order_by("span").first()))
    record_departure(adviser=adviser, last_day=NOW.date(), actor=None, now=NOW)

    record_departure(adviser=adviser, last_day=MONDAY + 365 * DAY, actor=None, now=NOW)

    assert opened(adviser) == windows
    assert Impact.objects.get(booking=booked).end == ImpactEnd.RESTORED


def test_two_absences_over_each_other_and_one_taken_back_leave_the_other(adviser):
    long = absent(adviser, MONDAY, MONDAY + 10 * DAY)
    absent(adviser, MONDAY + WEEK)

    lift(entry=long, now=NOW)

    assert opened(adviser, day=MONDAY) == ["23/11 09:00-12:00"]
    assert opened(adviser, day=MONDAY + WEEK) == []


def test_absence_typed_in_the_middle_of_the_morning_keeps_what_has_begun(adviser):
    window = Window.objects.filter(adviser=adviser).order_by("span").first()
    done, coming = (book_appointment(**demand(window, start=at(MONDAY, hour))) for hour in ("09:00", "11:00"))
    now = at(MONDAY, "10:15")

    absence = Absence(adviser=adviser, first_day=MONDAY, last_day=MONDAY, kind="sick")
    report = record_absence(absence=absence, actor=None, now=now)

    assert [impact.booking_id for impact in report.impacts] == [coming.pk]
    assert opened(adviser, day=MONDAY) == ["23/11 09:00-10:15"]
    done.refresh_from_db()
    assert done.is_confirmed


@pytest.mark.parametrize(
    ("whose", "field", "value", "cause"),
    [
        ("adviser", "ends_on", MONDAY - DAY, ImpactCause.DEPARTURE),
        ("site", "time_zone", "Indian/Reunion", ImpactCause.PLAN_CHANGED),
    ],
    ids=["last day typed on the adviser", "clock of the site"],
)
def test_change_typed_on_the_network_itself_loses_nobody(adviser, site, whose, field, value, cause):
    window = Window.objects.filter(adviser=adviser).order_by("span").first()
    booked = book_appointment(**demand(window))
    entry = {"adviser": adviser, "site": site}[whose]
    setattr(entry, field, value)

    change_network(entry=entry, now=NOW)

    impact = Impact.objects.get(closed_at=None)
    assert (impact.booking, impact.cause) == (booked, cause)


def test_change_of_a_telephone_number_lays_nothing_down_anew(site, django_assert_max_num_queries):
    site.phone = "04 95 11 22 33"

    with django_assert_max_num_queries(4):
        report = change_network(entry=site, now=NOW)

    assert (report.added, report.removed) == (0, 0)


# A site that closes -------------------------------------------------------------------------------------------------


def test_site_closed_in_the_middle_of_a_meeting_cuts_it_and_offers_only_whole_ones(adviser, site):
    window = Window.objects.filter(adviser=adviser).order_by("span").first()
    cut = book_appointment(**demand(window, start=at(MONDAY, "09:30")))
    safe = book_appointment(**demand(window, start=at(MONDAY, "10:30")))

    closure = SiteClosure(
        site=site, first_day=MONDAY, last_day=MONDAY, local_start=time(10), local_end=time(10, 30), reason="Exercice"
    )  # fmt: skip
    report = close_site(closure=closure, actor=None, now=NOW)

    assert [(impact.booking_id, impact.cause) for impact in report.impacts] == [
        (cut.pk, ImpactCause.SITE_CLOSED)
    ]
    with pytest.raises(WindowClosed):
        book_appointment(**demand(window, start=at(MONDAY, "09:30")))
    safe.refresh_from_db()
    assert safe.is_confirmed


def test_two_advisers_of_a_closed_site_each_have_their_people_shown(site):
    advisers = AdviserFactory.create_batch(2, operator=site.operator)
    for each in advisers:
        record_opening(opening=pattern(each, site), actor=None, now=NOW)
    booked = {
        book_appointment(**demand(Window.objects.filter(adviser=each).order_by("span").first())).pk
        for each in advisers
    }

    closure = SiteClosure(site=site, first_day=MONDAY, last_day=MONDAY, reason="Neige")
    report = close_site(closure=closure, actor=None, now=NOW)

    assert {impact.booking_id for impact in report.impacts} == booked


# Workshops ----------------------------------------------------------------------------------------------------------


def workshop(adviser, site, start=14, end=16) -> GroupSession:
    return open_session(
        adviser=adviser, site=site, title="CV", day=MONDAY, local_start=time(start), local_end=time(end),
        capacity=4, actor=None, now=NOW,
    )  # fmt: skip


def test_one_adviser_does_not_lead_two_workshops_at_once(site):
    adviser = AdviserFactory(operator=site.operator)
    workshop(adviser, site)

    with pytest.raises(PlanRefused, match="atelier"):
        workshop(adviser, site, 15, 17)

    assert GroupSession.objects.count() == 1
    assert workshop(adviser, site, 16, 17).pk


def test_workshop_of_a_colleague_at_the_same_hour_is_fine_and_a_called_off_one_frees_the_hour(site):
    first, second = AdviserFactory.create_batch(2, operator=site.operator)
    session = workshop(first, site)
    GroupSession.objects.filter(pk=session.pk).update(called_off_at=NOW)

    assert workshop(first, site).pk != session.pk
    assert workshop(second, site).pk


def test_database_refuses_fewer_seats_than_people(site):
    session = workshop(AdviserFactory(operator=site.operator), site)
    GroupSession.objects.filter(pk=session.pk).update(taken=3)

    with pytest.raises(IntegrityError, match="cep_group_within_capacity"), transaction.atomic():
        GroupSession.objects.filter(pk=session.pk).update(capacity=2)


def test_workshop_on_top_of_meetings_shows_whom_it_displaces(adviser, site):
    window = Window.objects.filter(adviser=adviser).order_by("span").first()
    booked = book_appointment(**demand(window, start=at(MONDAY, "10:00"), holder=HolderFactory()))

    workshop(adviser, site, 9, 11)

    assert Impact.objects.get(closed_at=None).booking == booked
    assert opened(adviser, day=MONDAY) == ["23/11 11:00-12:00"]
    assert Booking.objects.get().status == BookingStatus.CONFIRMED


def test_meeting_that_lost_its_site_is_moved_by_hand_and_its_impact_is_settled(adviser, site):
    booking = BookingFactory(adviser=adviser, site=site)
    Impact.objects.create(booking=booking, cause=ImpactCause.SITE_CLOSED)

    lay_down(adviser=adviser, now=datetime(2026, 11, 20, 12, tzinfo=ZoneInfo(PARIS)))

    assert Impact.objects.get().end == ImpactEnd.RESTORED
