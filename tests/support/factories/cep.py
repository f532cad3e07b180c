"""Advice network of the tests: fictitious sites at real places."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import factory
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from factory.django import DjangoModelFactory

from cep.enums import BookingStatus, ImpactCause, MeetingKind, MeetingMode, RequestChannel
from cep.models import (
    Absence,
    AdviceRequest,
    Adviser,
    Booking,
    Departure,
    ExtraOpening,
    GroupSession,
    Impact,
    Operator,
    Pattern,
    Site,
    SiteClosure,
    Window,
)
from cep.rules.first_exchange import Clock
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.traits import Trait

# A Monday, in winter, without a public holiday in its week.
MONDAY = date(2026, 11, 23)
# The instant at which the tests stand: the Friday before, noon in Paris.
NOW = datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Europe/Paris"))


def at(day: date, hour: str, zone: str = "Europe/Paris") -> datetime:
    """The instant of « 09:30 » that day on the clock of the zone."""
    return datetime.combine(day, time.fromisoformat(hour), tzinfo=ZoneInfo(zone))


def span(start: str, end: str, *, day: date = MONDAY, zone: str = "Europe/Paris") -> DateTimeTZRange:
    """From one local hour to another of the same day."""
    return DateTimeTZRange(at(day, start, zone), at(day, end, zone))


class OperatorFactory(DjangoModelFactory):
    class Meta:
        model = Operator
        django_get_or_create = ("code",)

    code = "op-test"
    name = factory.LazyAttribute(lambda o: f"Opérateur {o.code}")


class SiteFactory(DjangoModelFactory):
    """In Ajaccio. Traits: bastia, reunion, guadeloupe."""

    class Meta:
        model = Site

    class Params:
        bastia = Trait(commune_code="2B033", latitude=42.6976, longitude=9.4498)
        reunion = Trait(
            commune_code="97411",
            latitude=-20.8789,
            longitude=55.4481,
            time_zone="Indian/Reunion",
            holiday_zone="reunion",
        )
        guadeloupe = Trait(
            commune_code="97105",
            latitude=15.9985,
            longitude=-61.7265,
            time_zone="America/Guadeloupe",
            holiday_zone="guadeloupe",
        )

    operator = factory.SubFactory(OperatorFactory)
    name = factory.Sequence(lambda n: f"Espace conseil {n}")
    address = "1 rue des Essais"
    commune_code = "2A004"
    latitude = 41.9192
    longitude = 8.7386
    time_zone = "Europe/Paris"
    holiday_zone = "metropole"
    wheelchair_accessible = True
    phone = "04 95 00 00 00"
    email = "accueil@conseil.test"


class AdviserFactory(DjangoModelFactory):
    class Meta:
        model = Adviser

    operator = factory.SubFactory(OperatorFactory)
    user = factory.SubFactory(
        UserFactory, cep_adviser=True, scope_code=factory.SelfAttribute("..operator.code")
    )
    starts_on = date(2020, 1, 1)
    ends_on = None


class WindowFactory(DjangoModelFactory):
    """Monday from 9 to 12 on site, unless told otherwise."""

    class Meta:
        model = Window

    site = factory.SubFactory(SiteFactory)
    adviser = factory.SubFactory(AdviserFactory, operator=factory.SelfAttribute("..site.operator"))
    mode = MeetingMode.ON_SITE
    span = factory.LazyAttribute(lambda o: span("09:00", "12:00", zone=o.site.time_zone))


class BookingFactory(DjangoModelFactory):
    """Monday at 9 for an hour, confirmed. `start` moves it. No window is made under it."""

    class Meta:
        model = Booking

    class Params:
        start = factory.LazyAttribute(lambda o: at(MONDAY, "09:00", o.site.time_zone))

    id = factory.LazyFunction(uuid4)
    site = factory.SubFactory(SiteFactory)
    adviser = factory.SubFactory(AdviserFactory, operator=factory.SelfAttribute("..site.operator"))
    holder = factory.SubFactory(HolderFactory)
    mode = MeetingMode.ON_SITE
    # Not the first one: a person has one of those at a time.
    kind = MeetingKind.FOLLOW_UP
    status = BookingStatus.CONFIRMED
    calendar_uid = factory.SelfAttribute("id")
    # A held slot is held whatever the clock of the test says, unless told otherwise.
    expires_at = factory.LazyAttribute(
        lambda o: at(date(2099, 1, 1), "00:00") if o.status == BookingStatus.HELD else None
    )
    span = factory.LazyAttribute(lambda o: DateTimeTZRange(o.start, o.start + timedelta(hours=1)))
    local_date = factory.LazyAttribute(lambda o: o.start.astimezone(o.site.zone).date())
    local_time = factory.LazyAttribute(lambda o: o.start.astimezone(o.site.zone).time())
    time_zone = factory.SelfAttribute("site.time_zone")


class GroupSessionFactory(DjangoModelFactory):
    """A workshop of six seats, Monday from 14 to 16."""

    class Meta:
        model = GroupSession

    site = factory.SubFactory(SiteFactory)
    adviser = factory.SubFactory(AdviserFactory, operator=factory.SelfAttribute("..site.operator"))
    title = "Préparer un entretien"
    span = factory.LazyAttribute(lambda o: span("14:00", "16:00", zone=o.site.time_zone))
    capacity = 6


class AdviceRequestFactory(DjangoModelFactory):
    """Asked on the Friday of NOW, running."""

    class Meta:
        model = AdviceRequest

    holder = factory.SubFactory(HolderFactory)
    site = factory.SubFactory(SiteFactory)
    channel = RequestChannel.ONLINE
    received_at = NOW
    due_on = factory.LazyAttribute(lambda o: _clock(o).due_on)
    alert_dates = factory.LazyAttribute(lambda o: _clock(o).alert_dates)


def _clock(request: Any) -> Clock:
    return AdviceRequest(site=request.site, received_at=request.received_at).clock


def demand(window: Window, **changes: Any) -> dict[str, Any]:
    """What to give to `book_appointment` for the first hour of a window; `changes` replace parts."""
    wanted = {
        "key": uuid4(),
        "adviser": window.adviser,
        "site": window.site,
        "mode": MeetingMode(window.mode),
        "start": window.span.lower,
        "now": NOW,
    }
    if "holder" not in changes:
        wanted["holder"] = HolderFactory()
    return wanted | changes


def pattern(adviser: Adviser, site: Site, **changes: Any) -> Pattern:
    """Mondays from 9 to 12 on site, not saved: what `record_opening` takes."""
    wanted = {
        "mode": MeetingMode.ON_SITE,
        "weekdays": [0],
        "local_start": time(9),
        "local_end": time(12),
        "starts_on": date(2020, 1, 1),
    }
    return Pattern(adviser=adviser, site=site, **wanted | changes)


def plan_rows(booking: Booking) -> Iterator[tuple[str, Any]]:
    """One row of each part of the plan around an appointment, written as they stand: nothing is laid down."""
    adviser, site, day = booking.adviser, booking.site, booking.local_date
    rows = {
        "pattern": pattern(adviser, site),
        "extra opening": ExtraOpening(
            adviser=adviser, site=site, day=day, local_start=time(9), local_end=time(12)
        ),
        "absence": Absence(adviser=adviser, first_day=day, last_day=day),
        "closure": SiteClosure(site=site, first_day=day, last_day=day, reason="Travaux"),
        "departure": Departure(adviser=adviser, last_day=day),
        "impact": Impact(booking=booking, cause=ImpactCause.ABSENCE),
    }
    for name, row in rows.items():
        row.save()
        yield name, row
