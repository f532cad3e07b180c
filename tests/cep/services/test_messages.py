from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from django.core import mail
from icalendar import Calendar

from accounts.services.notifications import deliver_waiting
from cep.enums import BookingAction, BookingStatus
from cep.services.appointments import act_on_appointment
from cep.services.booking import book_appointment
from cep.services.calendar_files import MeetingFacts, calendar_file, time_zone_component
from cep.services.messages import render_cancellation, render_confirmation
from tests.support.factories.cep import MONDAY, NOW, BookingFactory, SiteFactory, WindowFactory, at, demand

pytestmark = pytest.mark.django_db


def event_of(content: bytes):
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def facts_of(booking) -> MeetingFacts:
    return MeetingFacts.of(booking, now=NOW)


def test_calendar_file_says_when_on_the_clock_of_the_place():
    booking = BookingFactory(site=SiteFactory(reunion=True))

    calendar, event = event_of(calendar_file(facts_of(booking), method="REQUEST"))

    assert calendar["METHOD"] == "REQUEST"
    assert event["DTSTART"].params["TZID"] == "Indian/Reunion"
    assert event["DTSTART"].dt.replace(tzinfo=None) == datetime(2026, 11, 23, 9)  # noqa: DTZ001
    assert event["DTSTART"].dt.astimezone(UTC) == booking.starts_at.astimezone(UTC)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)
    assert event["UID"] == str(booking.pk)
    assert event["SEQUENCE"] == 0


def test_calendar_file_says_nothing_of_what_the_meeting_is_about():
    text = calendar_file(facts_of(BookingFactory()), method="PUBLISH").decode()

    assert "Rendez-vous personnel" in text
    assert "CLASS:PRIVATE" in text
    for word in ("évolution", "CEP", "professionnel", "conseiller"):
        assert word not in text


def test_calendar_file_of_a_cancellation_keeps_the_name_and_raises_the_number():
    booking = BookingFactory()
    _, before = event_of(calendar_file(facts_of(booking), method="REQUEST"))

    cancelled = act_on_appointment(key=booking.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    calendar, after = event_of(calendar_file(facts_of(cancelled), method="CANCEL"))
    assert calendar["METHOD"] == "CANCEL"
    assert after["STATUS"] == "CANCELLED"
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["ORGANIZER"] == before["ORGANIZER"]


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Miquelon", "Indian/Reunion", "America/Guadeloupe"])
def test_time_zone_component_agrees_with_the_database_of_zones_all_year(zone):
    """Read back by another library, which follows the component and not the name."""
    known = ZoneInfo(zone)
    text = time_zone_component(known, 2027).to_ical().decode()
    read = tzical(StringIO(f"BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n")).get(zone)

    # Every hour of the local clock that exists once.
    hour = datetime(2027, 1, 1, tzinfo=UTC)
    while hour.year == 2027:
        local = hour.astimezone(known)
        if local.replace(fold=1).utcoffset() == local.replace(fold=0).utcoffset():
            assert local.replace(tzinfo=read).utcoffset() == local.utcoffset(), local
        hour += timedelta(hours=1)


def test_render_confirmation_says_when_where_and_with_whom_in_both_forms():
    booking = BookingFactory(site=SiteFactory(name="Espace Ajaccio"))

    message = render_confirmation(facts_of(booking).as_context())

    for text in (message.text, message.html):
        assert "undi 23 novembre 2026 à 9\u00a0h" in text
        assert "Espace Ajaccio, 1 rue des Essais" in text
        assert booking.adviser.display_name in text
        assert f"/mes-rendez-vous/{booking.pk}/" in text
        assert "04 95 00 00 00" in text
        assert "accueil@conseil.test" in text
    (name, content_type, content), *others = message.attachments
    assert not others
    assert (name, content_type) == ("rendez-vous.ics", "text/calendar; method=REQUEST")
    assert event_of(content)[1]["UID"] == str(booking.pk)


def test_render_confirmation_overseas_says_whose_clock_it_is():
    booking = BookingFactory(site=SiteFactory(guadeloupe=True))

    message = render_confirmation(facts_of(booking).as_context())

    assert "à 9\u00a0h (heure de Guadeloupe)" in message.text


def test_render_confirmation_subject_does_not_say_what_it_is_about():
    message = render_confirmation(facts_of(BookingFactory()).as_context())

    assert message.subject == "Votre rendez-vous est confirmé"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (BookingStatus.CANCELLED_BY_PERSON, "Comme vous l'avez demandé"),
        (BookingStatus.CANCELLED_BY_SERVICE, "Nous avons dû annuler"),
    ],
)
def test_render_cancellation_says_who_cancelled(status, sentence):
    message = render_cancellation(facts_of(BookingFactory(status=status)).as_context())

    for text in (message.text, message.html):
        assert sentence in text
    assert message.attachments[0][1] == "text/calendar; method=CANCEL"


def test_confirmation_reaches_the_mail_box_with_its_calendar_file():
    booked = book_appointment(**demand(WindowFactory()))

    assert deliver_waiting() == 1

    (letter,) = mail.outbox
    assert letter.to == [booked.holder.email]
    calendars = [part for part in letter.message().walk() if part.get_content_type() == "text/calendar"]
    assert len(calendars) == 1
    assert calendars[0].get_param("method") == "REQUEST"
    assert event_of(calendars[0].get_payload(decode=True))[1]["DTSTART"].dt == at(MONDAY, "09:00")
