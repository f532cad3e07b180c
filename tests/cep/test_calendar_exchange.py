"""Our calendar files among strangers: kept by a real CalDAV server, read by two libraries that did not write them.

`vobject` is what that server reads with; `ical` has a grammar, types and zones of its own.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import vobject
from ical.calendar import Calendar
from ical.calendar_stream import CalendarStream

from accounts.models import Notification
from cep.enums import BookingAction, BookingStatus, ImpactCause
from cep.models import Booking, Impact
from cep.services import messages
from cep.services.appointments import act_on_appointment
from cep.services.booking import book_appointment
from cep.services.calendar_files import MeetingFacts, calendar_file
from cep.services.groups import call_off_session, take_seat
from cep.services.moving import move_appointment, propose_replacement
from tests.support.caldav import caldav_server, new_calendar
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    BookingFactory,
    GroupSessionFactory,
    SiteFactory,
    WindowFactory,
    at,
    demand,
    span,
)

pytestmark = pytest.mark.django_db

AN_HOUR = timedelta(hours=1)
RENDERERS = {
    messages.CONFIRMED: messages.render_confirmation,
    messages.MOVED: messages.render_move,
    messages.CANCELLED: messages.render_cancellation,
    messages.PROPOSED: messages.render_proposal,
    messages.SEAT_TAKEN: messages.render_seat,
    messages.SESSION_CALLED_OFF: messages.render_session_called_off,
}
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with caldav_server(tmp_path_factory.mktemp("caldav")) as client:
        yield client


@pytest.fixture
def calendar(server):
    return new_calendar(server, str(uuid4()))


def letters() -> list[bytes]:
    """The calendar files of the messages written so far, oldest first."""
    written = Notification.objects.order_by("created_at")
    return [RENDERERS[row.kind](row.context).attachments[0][2] for row in written]


def read(content: bytes | str):
    """The one event of a file, as the other library understands it."""
    text = content.decode() if isinstance(content, bytes) else content
    return vobject.readOne(text).vevent


def read_by_ical(content: bytes | str) -> Calendar:
    """The one calendar of a file; refused as a whole where a property is not what RFC 5545 says."""
    text = content.decode() if isinstance(content, bytes) else content
    (calendar,) = CalendarStream.from_ics(text).calendars
    return calendar


def test_invitation_update_and_cancellation_replace_one_entry_of_the_server(calendar):
    window = WindowFactory()
    booked = book_appointment(**demand(window))
    moved = move_appointment(
        key=uuid4(), booking=booked, adviser=window.adviser, site=window.site, mode=window.mode,
        start=at(MONDAY, "11:00"), actor=None, now=NOW,
    )  # fmt: skip
    act_on_appointment(key=moved.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    invitation, update, cancellation = letters()
    name = read(invitation).uid.value
    first = calendar.put(name, invitation)
    found_first = calendar.names_within(at(MONDAY, "09:00"), at(MONDAY, "10:00"))
    second = calendar.put(name, update, replacing=first.headers["ETag"])
    found_second = [
        calendar.names_within(at(MONDAY, hour), at(MONDAY, hour) + AN_HOUR) for hour in ("09:00", "11:00")
    ]
    late = calendar.put(name, invitation, replacing=first.headers["ETag"])
    third = calendar.put(name, cancellation, replacing=second.headers["ETag"])

    assert [answer.status_code for answer in (first, second, late, third)] == [201, 204, 412, 204]
    assert found_first == [str(booked.pk)]
    assert found_second == [[], [str(booked.pk)]]
    entries = [read(letter) for letter in (invitation, update, cancellation)]
    assert {entry.uid.value for entry in entries} == {str(booked.pk)}
    assert [int(entry.sequence.value) for entry in entries] == [0, 1, 2]
    assert [entry.status.value for entry in entries] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    kept = read(calendar.get(name).text)
    assert (kept.status.value, kept.sequence.value) == ("CANCELLED", "2")


def test_method_name_sequence_and_state_are_read_alike_by_the_independent_library():
    window = WindowFactory()
    booked = book_appointment(**demand(window))
    moved = move_appointment(
        key=uuid4(), booking=booked, adviser=window.adviser, site=window.site, mode=window.mode,
        start=at(MONDAY, "11:00"), actor=None, now=NOW,
    )  # fmt: skip
    act_on_appointment(key=moved.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    calendars = [read_by_ical(letter) for letter in letters()]

    events = [event for calendar in calendars for event in calendar.events]
    assert [calendar.method for calendar in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [event.uid for event in events] == [str(booked.pk)] * 3
    assert [event.sequence for event in events] == [0, 1, 2]
    assert [event.status for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [event.dtstart.isoformat() for event in events] == [
        "2026-11-23T09:00:00+01:00",
        "2026-11-23T11:00:00+01:00",
        "2026-11-23T11:00:00+01:00",
    ]
    assert [len(event.alarm) for event in events] == [2, 2, 0]
    assert {event.attendees[0].uri for event in events} == {f"mailto:{booked.holder.email}"}


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("Europe/Paris", SPRING - DAY, "2027-03-27 08:00"),
        ("Europe/Paris", SPRING, "2027-03-28 07:00"),
        ("Europe/Paris", AUTUMN - DAY, "2027-10-30 07:00"),
        ("Europe/Paris", AUTUMN, "2027-10-31 08:00"),
        ("Indian/Reunion", SPRING, "2027-03-28 05:00"),
        ("Indian/Mayotte", SPRING, "2027-03-28 06:00"),
        ("America/Guadeloupe", SPRING, "2027-03-28 13:00"),
        ("America/Cayenne", SPRING, "2027-03-28 12:00"),
        ("America/Miquelon", date(2027, 3, 13), "2027-03-13 12:00"),
        ("America/Miquelon", date(2027, 3, 14), "2027-03-14 11:00"),
        ("Pacific/Noumea", SPRING, "2027-03-27 22:00"),
        ("Pacific/Noumea", date(2027, 1, 1), "2026-12-31 22:00"),
        ("Pacific/Tahiti", SPRING, "2027-03-28 19:00"),
    ],
    ids=str,
)
def test_hour_is_understood_from_the_file_alone(calendar, zone, day, instant):
    """The zone bears a name that no library knows: only the rules that the file brings can give the instant."""
    booking = BookingFactory(site=SiteFactory(time_zone=zone), start=at(day, "09:00", zone))
    ours = calendar_file(MeetingFacts.of(booking, now=NOW), method="REQUEST")
    renamed = ours.replace(zone.encode(), f"X-{uuid4()}".encode())
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)

    calendar.put("entry", renamed).raise_for_status()

    for content in (ours, renamed, calendar.get("entry").text):
        event = read(content)
        assert event.dtstart.value.replace(tzinfo=None) == datetime.combine(
            day, datetime.min.time().replace(hour=9)
        )
        assert event.dtstart.value.astimezone(UTC) == expected
        assert event.dtend.value.astimezone(UTC) == expected + AN_HOUR
        (entry,) = read_by_ical(content).events
        assert (entry.dtstart.hour, entry.dtstart.minute) == (9, 0)
        assert (entry.dtstart.astimezone(UTC), entry.dtend.astimezone(UTC)) == (expected, expected + AN_HOUR)
    assert calendar.names_within(expected, expected + AN_HOUR) == ["entry"]
    assert calendar.names_within(expected - AN_HOUR, expected) == []
    assert calendar.names_within(expected + AN_HOUR, expected + 2 * AN_HOUR) == []


def test_invitation_names_its_parties_rings_twice_and_a_cancellation_rings_nothing(settings):
    settings.DEFAULT_FROM_EMAIL = "Compte personnel d’activité <ne-pas-repondre@cpa.test>"
    window = WindowFactory()
    booked = book_appointment(**demand(window))
    act_on_appointment(key=booked.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    invitation, cancellation = (read(letter) for letter in letters())

    for event in (invitation, cancellation):
        assert event.organizer.value == "mailto:ne-pas-repondre@cpa.test"
        assert event.attendee.value == f"mailto:{booked.holder.email}"
        assert event.attendee.params["PARTSTAT"] == ["ACCEPTED"]
    alarms = invitation.valarm_list
    assert [alarm.trigger.value for alarm in alarms] == [-timedelta(days=1), -timedelta(hours=2)]
    assert {alarm.action.value for alarm in alarms} == {"DISPLAY"}
    assert {alarm.description.value for alarm in alarms} == {"Rendez-vous personnel"}
    assert not hasattr(cancellation, "valarm_list")


def test_proposal_is_tentative_until_the_person_answers(calendar):
    window = WindowFactory()
    booked = book_appointment(**demand(window))
    WindowFactory(site=window.site, span=span("14:00", "17:00"))
    window.delete()
    impact = Impact.objects.create(booking=booked, cause=ImpactCause.ABSENCE)

    proposed = propose_replacement(impact=impact, actor=None, now=NOW)
    act_on_appointment(key=proposed.pk, action=BookingAction.ACCEPT, actor=None, now=NOW)

    events = [read(letter) for letter in letters()]
    assert [event.status.value for event in events] == ["CONFIRMED", "TENTATIVE", "CONFIRMED"]
    assert [event.attendee.params["PARTSTAT"] for event in events] == [
        ["ACCEPTED"],
        ["NEEDS-ACTION"],
        ["ACCEPTED"],
    ]
    assert [int(event.sequence.value) for event in events] == [0, 1, 2]
    assert len({event.uid.value for event in events}) == 1
    assert Booking.objects.get(pk=proposed.pk).status == BookingStatus.CONFIRMED


def test_workshop_is_kept_like_a_meeting_and_cancelled_with_it(calendar):
    session = GroupSessionFactory(site=SiteFactory(reunion=True))
    seat = take_seat(session=session, holder=HolderFactory(), now=NOW)
    call_off_session(session=session, now=NOW)

    invitation, cancellation = letters()

    name = read(invitation).uid.value
    first = calendar.put(name, invitation)
    assert calendar.names_within(session.span.lower, session.span.upper) == [str(seat.pk)]
    assert calendar.put(name, cancellation, replacing=first.headers["ETag"]).status_code == 204
    read_again = [read_by_ical(letter) for letter in (invitation, cancellation)]
    assert [entry.method for entry in read_again] == ["REQUEST", "CANCEL"]
    events = [entry.events[0] for entry in read_again]
    assert [(event.uid, event.sequence, event.status) for event in events] == [
        (str(seat.pk), 0, "CONFIRMED"),
        (str(seat.pk), 1, "CANCELLED"),
    ]
    for event in events:
        assert event.dtstart.isoformat() == "2026-11-23T14:00:00+04:00"
        assert event.dtend.isoformat() == "2026-11-23T16:00:00+04:00"
        assert event.summary == "Rendez-vous personnel"
        assert f"/conseil/ateliers/{session.pk}/" in str(event.url)


def test_message_about_a_workshop_written_before_calendar_files_still_leaves():
    take_seat(session=GroupSessionFactory(), holder=HolderFactory(), now=NOW)
    context = Notification.objects.get().context
    del context["entry"]

    assert messages.render_seat(context).attachments == []


def test_long_and_odd_words_come_through_whole(calendar):
    """Folded lines, commas, semicolons, several octets a letter: what breaks calendars in the wild."""
    site = SiteFactory(
        name="Espace « L’Œuvre » ; accueil, étage 2 \\ fond",
        address="12 bis, allée de la Forêt-d’Écouves " * 4,
    )
    booking = BookingFactory(site=site)
    ours = calendar_file(MeetingFacts.of(booking, now=NOW), method="PUBLISH")

    calendar.put("entry", ours).raise_for_status()

    assert all(len(line) <= 75 for line in ours.split(b"\r\n"))
    kept = read(calendar.get("entry").text)
    assert kept.location.value == f"{site.name}, {site.address}"
    assert read_by_ical(ours).events[0].location == kept.location.value
    assert not hasattr(kept, "attendee")
