"""Calendar files (RFC 5545, RFC 5546) that follow an appointment through its changes."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress

from accounts.selectors.contact_points import address_of
from cep.enums import BookingStatus, MeetingMode
from cep.models import Booking, GroupSession, Seat
from cep.rules.wording import meeting_in_words

PRODUCT_IDENTIFIER: Final = "-//Compte personnel d'activité//Rendez-vous//FR"
# Neither the calendar of an employer nor a shared screen is told what the meeting is about.
DISCREET_SUMMARY: Final = "Rendez-vous personnel"
# Rung by the person's own calendar: the day before, and in time to set out.
ALARMS: Final = (timedelta(days=1), timedelta(hours=2))


@dataclass(frozen=True)
class MeetingFacts:
    """What a message or a calendar says about an appointment, as it was when it was written.

    JSON values only, so that it travels in a notification row. Instants are ISO 8601 in UTC.
    """

    key: str
    sequence: int
    start: str
    end: str
    time_zone: str
    zone_note: str
    mode: str
    site_name: str
    site_address: str
    site_phone: str
    site_email: str
    adviser_name: str
    person_name: str
    person_email: str
    status: str
    stamp: str
    # Absent from messages written before appointments could move.
    uid: str = ""
    reason: str = ""
    refuses_calls: bool = False

    @classmethod
    def of(cls, booking: Booking, *, now: datetime, reason: str = "") -> Self:
        site, holder = booking.site, booking.person
        return cls(
            key=str(booking.pk),
            sequence=booking.sequence,
            start=booking.starts_at.astimezone(UTC).isoformat(),
            end=booking.ends_at.astimezone(UTC).isoformat(),
            time_zone=booking.time_zone,
            zone_note=booking.zone_note,
            mode=booking.mode,
            site_name=site.name,
            site_address=booking.address,
            site_phone=site.phone,
            site_email=site.email,
            adviser_name=booking.adviser.display_name,
            refuses_calls=holder.refuses_calls,
            person_name=holder.display_name,
            person_email=address_of(holder),
            status=booking.status,
            stamp=now.astimezone(UTC).replace(microsecond=0).isoformat(),
            uid=str(booking.calendar_uid),
            reason=reason,
        )

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Self:
        return cls(**context)

    def as_context(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def local_start(self) -> datetime:
        return datetime.fromisoformat(self.start).astimezone(ZoneInfo(self.time_zone))

    @property
    def local_end(self) -> datetime:
        return datetime.fromisoformat(self.end).astimezone(ZoneInfo(self.time_zone))

    @property
    def when(self) -> str:
        return meeting_in_words(self.local_start, self.zone_note)

    @property
    def mode_label(self) -> str:
        return str(MeetingMode(self.mode).label)

    @property
    def is_cancelled_by_service(self) -> bool:
        return self.status == BookingStatus.CANCELLED_BY_SERVICE

    @property
    def is_on_site(self) -> bool:
        return self.mode == MeetingMode.ON_SITE

    @property
    def address(self) -> str:
        """The page of the appointment on the portal."""
        return str(settings.SITE_URL) + reverse("cep:appointment_detail", args=[self.key])

    @property
    def slots_address(self) -> str:
        """The page where another appointment is chosen."""
        return str(settings.SITE_URL) + reverse("cep:slot_list")


@dataclass(frozen=True)
class SeatFacts(MeetingFacts):
    """The same of a seat in a workshop; `key` is the seat's, `session` the workshop's."""

    session: int = 0

    @classmethod
    def of_seat(cls, session: GroupSession, seat: Seat, *, now: datetime) -> Self:
        """Of the seat as it stands: cancelled once the workshop is called off, under the number that follows."""
        site, is_off = session.site, session.called_off_at is not None
        return cls(
            key=str(seat.pk),
            sequence=int(is_off),
            start=session.span.lower.astimezone(UTC).isoformat(),
            end=session.span.upper.astimezone(UTC).isoformat(),
            time_zone=site.time_zone,
            zone_note=site.zone_note,
            mode=MeetingMode.ON_SITE,
            site_name=site.name,
            site_address=site.address,
            site_phone=site.phone,
            site_email=site.email,
            adviser_name=session.adviser.display_name,
            person_name=seat.holder.display_name,
            person_email=address_of(seat.holder),
            status=BookingStatus.CANCELLED_BY_SERVICE if is_off else BookingStatus.CONFIRMED,
            stamp=now.astimezone(UTC).replace(microsecond=0).isoformat(),
            session=session.pk,
        )

    @property
    def address(self) -> str:
        """The page of the workshop on the portal."""
        return str(settings.SITE_URL) + reverse("cep:session_detail", args=[self.session])


def calendar_file(facts: MeetingFacts, *, method: str) -> bytes:
    """The file of one appointment. `method`: PUBLISH (a copy to keep), REQUEST (an invitation) or CANCEL.

    One UID for the life of the appointment and a SEQUENCE that grows: a calendar replaces what it holds.
    Hours are local with their zone described, so that the clock of the place is what calendars show.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT_IDENTIFIER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(time_zone_component(ZoneInfo(facts.time_zone), facts.local_start.year))
    calendar.add_component(_event(facts, method))
    return bytes(calendar.to_ical())


def _event(facts: MeetingFacts, method: str) -> Event:
    event = Event()
    event.add("uid", facts.uid or facts.key)
    event.add("sequence", facts.sequence)
    event.add("dtstamp", datetime.fromisoformat(facts.stamp))
    start, end = _hours(facts)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", DISCREET_SUMMARY)
    event.add("class", "PRIVATE")
    event.add("status", _event_status(facts, method))
    event.add("location", _place(facts))
    event.add("description", f"{facts.address}\n{facts.site_phone} – {facts.site_email}")
    event.add("url", facts.address)
    event.add("organizer", _party(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    if method != "PUBLISH" and facts.person_email:
        answer = "NEEDS-ACTION" if facts.status == BookingStatus.PROPOSED else "ACCEPTED"
        event.add("attendee", _party(facts.person_email, PARTSTAT=answer, RSVP="FALSE"), encode=False)
    if method != "CANCEL":
        # RFC 5546 §3.2.5: a cancellation rings nothing.
        for before in ALARMS:
            event.add_component(_alarm(before))
    return event


def _hours(facts: MeetingFacts) -> tuple[datetime, datetime]:
    """On the clock of the place; in UTC where one of them comes for the second time in the night.

    RFC 5545 §3.3.5: a local hour that comes twice is read as the first one.
    """
    start, end = facts.local_start, facts.local_end
    return (start.astimezone(UTC), end.astimezone(UTC)) if start.fold or end.fold else (start, end)


def _alarm(before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", DISCREET_SUMMARY)
    alarm.add("trigger", -before)
    return alarm


def _event_status(facts: MeetingFacts, method: str) -> str:
    if method == "CANCEL":
        return "CANCELLED"
    return "TENTATIVE" if facts.status == BookingStatus.PROPOSED else "CONFIRMED"


def _place(facts: MeetingFacts) -> str:
    return f"{facts.site_name}, {facts.site_address}" if facts.is_on_site else facts.mode_label


def _party(address: str, **parameters: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{address}")
    party.params.update(parameters)
    return party


def time_zone_component(zone: ZoneInfo, year: int) -> Timezone:
    """The VTIMEZONE of a zone for a year and the next one (RFC 5545 §3.6.5).

    Each onset is written on the clock that holds until it, as the standard asks.
    """
    component = Timezone()
    component.add("tzid", zone.key)
    # A day before the year begins in UTC: east of there, its first hours have come already.
    since = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    component.add_component(_observance(zone, since, since))
    for before, after in _changes_of_clock(zone, since, years=2):
        component.add_component(_observance(zone, before, after))
    return component


def _changes_of_clock(zone: ZoneInfo, since: datetime, *, years: int) -> Iterator[tuple[datetime, datetime]]:
    """Pairs of instants, one second before a change and at it. Clocks change on whole quarters of an hour."""
    until = since.replace(year=since.year + years)
    day, quarter = timedelta(days=1), timedelta(minutes=15)
    for start in _instants(since, until, day):
        if _offset(zone, start) == _offset(zone, start + day):
            continue
        for instant in _instants(start, start + day, quarter):
            if _offset(zone, instant) != _offset(zone, instant + quarter):
                yield instant + quarter - timedelta(seconds=1), instant + quarter


def _instants(since: datetime, until: datetime, step: timedelta) -> Iterator[datetime]:
    while since < until:
        yield since
        since += step


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def _observance(zone: ZoneInfo, before: datetime, after: datetime) -> TimezoneStandard | TimezoneDaylight:
    new = after.astimezone(zone)
    old_offset = _offset(zone, before)
    observance = TimezoneDaylight() if new.dst() else TimezoneStandard()
    onset = (after + old_offset).replace(tzinfo=None)
    observance.add("dtstart", onset)
    # Said twice: readers that look for recurrences alone would find no onset, and take the hour for one of UTC.
    observance.add("rdate", onset)
    observance.add("tzoffsetfrom", old_offset)
    observance.add("tzoffsetto", _offset(zone, after))
    observance.add("tzname", new.tzname() or zone.key)
    return observance
