"""The calendar file (RFC 5545) of a session: whole days, since LHEO gives no hours."""

from datetime import timedelta
from email.utils import parseaddr
from typing import Final

from django.conf import settings
from icalendar import Calendar, Event

from catalog.enums import Modality
from catalog.models import Session

PRODUCT_IDENTIFIER: Final = "-//Compte personnel d'activité//Formations//FR"


def session_file(session: Session, *, address: str) -> bytes:
    """The file of a session that has a first day. `address`: the page of its training.

    One UID for the life of the session: a calendar replaces what it holds. The end of a whole-day event is the day
    after its last one (§3.6.1).
    """
    assert session.starts_on is not None
    training = session.action.training
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    event = Event()
    event.add("uid", f"session-{session.pk}@{domain}")
    event.add("dtstamp", training.updated_at)
    event.add("dtstart", session.starts_on)
    event.add("dtend", (session.ends_on or session.starts_on) + timedelta(days=1))
    event.add("summary", training.title)
    event.add("location", place_in_words(session))
    event.add("description", f"{training.organisation.name}\n{address}")
    event.add("url", address)
    # A training takes some hours of some of these days: the calendar must not show the person as busy.
    event.add("transp", "TRANSPARENT")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT_IDENTIFIER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def place_in_words(session: Session) -> str:
    if session.action.modality == Modality.REMOTE:
        return str(Modality.REMOTE.label)
    place = session.place
    if place is None:
        return "Lieu à demander à l’organisme"
    town = f"{place.postal_code} {place.town}".strip()
    return f"{place.address}, {town}" if place.address else town
