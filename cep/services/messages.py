"""What is written to the person about an appointment: rows here, rendered when they are sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.ports import RenderedMessage
from accounts.selectors.contact_points import address_of
from accounts.services.notifications import notify
from cep.enums import MeetingMode
from cep.models import Booking, GroupSession, Seat, WaitingEntry
from cep.rules.wording import meeting_in_words
from cep.services.calendar_files import MeetingFacts, SeatFacts, calendar_file
from cpa_portal.kernel.theme import current_portal

CONFIRMED: Final = "cep.appointment_confirmed"
CANCELLED: Final = "cep.appointment_cancelled"
MOVED: Final = "cep.appointment_moved"
PROPOSED: Final = "cep.appointment_proposed"
NOT_REPLACED: Final = "cep.appointment_not_replaced"
SLOT_FREED: Final = "cep.slot_freed"
ON_SITE_FREED: Final = "cep.on_site_freed"
SEAT_TAKEN: Final = "cep.seat_taken"
SESSION_CALLED_OFF: Final = "cep.session_called_off"


def announce_confirmation(booking: Booking) -> None:
    """Write, in the caller's transaction, the message that confirms. Once per version of the appointment."""
    _announce(CONFIRMED, booking)


def announce_cancellation(booking: Booking) -> None:
    _announce(CANCELLED, booking)


def announce_move(booking: Booking) -> None:
    _announce(MOVED, booking)


def announce_proposal(booking: Booking) -> None:
    """Another hour, place or adviser, kept for the person until they say yes or choose otherwise."""
    _announce(PROPOSED, booking)


def announce_no_replacement(booking: Booking) -> None:
    """Nothing is free: the person knows that the appointment cannot be kept, and that they will be called."""
    _announce(NOT_REPLACED, booking)


def announce_freed_slot(entry: WaitingEntry) -> None:
    """Write, in the caller's transaction, that a slot has come free. Once per time that the person is told."""
    recipient = address_of(entry.holder)
    start, ends = entry.offered_start, entry.offer_ends_at
    if not recipient or start is None or ends is None:
        return
    site = entry.site
    notify(
        kind=SLOT_FREED,
        recipient=recipient,
        holder=entry.holder,
        dedup_key=f"{SLOT_FREED}:{entry.pk}:{entry.notices}",
        context={
            "person_name": entry.holder.display_name,
            "when": meeting_in_words(start.astimezone(site.zone), site.zone_note),
            "before": meeting_in_words(ends.astimezone(site.zone), site.zone_note),
            "site_name": site.name,
            "site_phone": site.phone,
            "site_email": site.email,
            "address": str(settings.SITE_URL) + reverse("cep:waiting_list"),
        },
    )


def announce_freed_on_site(booking: Booking, *, start: datetime) -> None:
    """A place has come free where the person is met at a distance for want of one. Written once per appointment."""
    recipient = address_of(booking.person)
    if not recipient:
        return
    site = booking.site
    page = reverse("cep:appointment_move", args=[booking.pk])
    notify(
        kind=ON_SITE_FREED,
        recipient=recipient,
        holder=booking.person,
        dedup_key=f"{ON_SITE_FREED}:{booking.calendar_uid}",
        context={
            "person_name": booking.person.display_name,
            "appointment": booking.when,
            "when": meeting_in_words(start.astimezone(site.zone), site.zone_note),
            "site_name": site.name,
            "site_phone": site.phone,
            "site_email": site.email,
            "address": f"{settings.SITE_URL}{page}?mode={MeetingMode.ON_SITE}",
        },
    )


def announce_seat(session: GroupSession, seat: Seat) -> None:
    """Write, in the caller's transaction, that the person has a seat. Once per seat."""
    _write_about_session(SEAT_TAKEN, session, seat, dedup_key=f"{SEAT_TAKEN}:{seat.pk}")


def announce_session_called_off(session: GroupSession, seat: Seat) -> None:
    """Write, in the caller's transaction, that the workshop does not take place. Once per person."""
    key = f"{SESSION_CALLED_OFF}:{session.pk}:{seat.holder_id}"
    _write_about_session(SESSION_CALLED_OFF, session, seat, dedup_key=key)


def _write_about_session(kind: str, session: GroupSession, seat: Seat, *, dedup_key: str) -> None:
    holder = seat.holder
    recipient = address_of(holder)
    if not recipient:
        return
    site = session.site
    notify(
        kind=kind,
        recipient=recipient,
        holder=holder,
        dedup_key=dedup_key,
        context={
            "person_name": holder.display_name,
            "title": session.title,
            "when": session.when,
            "ends": session.ends,
            "site_name": site.name,
            "site_address": site.address,
            "site_phone": site.phone,
            "site_email": site.email,
            "address": str(settings.SITE_URL) + reverse("cep:session_detail", args=[session.pk]),
            "list_address": str(settings.SITE_URL) + reverse("cep:session_list"),
            "entry": SeatFacts.of_seat(session, seat, now=timezone.now()).as_context(),
        },
    )


def _announce(kind: str, booking: Booking) -> None:
    recipient = address_of(booking.person)
    if not recipient:
        # A person without an address has been told by the page, or will be by telephone.
        return
    notify(
        kind=kind,
        recipient=recipient,
        holder=booking.person,
        dedup_key=f"{kind}:{booking.pk}:{booking.sequence}",
        context=MeetingFacts.of(booking, now=timezone.now()).as_context(),
    )


def render_confirmation(context: Mapping[str, Any]) -> RenderedMessage:
    return _render("appointment_confirmed", "Votre rendez-vous est confirmé", "REQUEST", context)


def render_cancellation(context: Mapping[str, Any]) -> RenderedMessage:
    return _render("appointment_cancelled", "Votre rendez-vous est annulé", "CANCEL", context)


def render_move(context: Mapping[str, Any]) -> RenderedMessage:
    return _render("appointment_moved", "Votre rendez-vous est déplacé", "REQUEST", context)


def render_proposal(context: Mapping[str, Any]) -> RenderedMessage:
    return _render("appointment_proposed", "Votre rendez-vous change : une proposition", "REQUEST", context)


def render_no_replacement(context: Mapping[str, Any]) -> RenderedMessage:
    return _render("appointment_not_replaced", "Votre rendez-vous ne peut pas avoir lieu", "", context)


def render_freed_slot(context: Mapping[str, Any]) -> RenderedMessage:
    return rendered("slot_freed", "Un rendez-vous s’est libéré", context)


def render_freed_on_site(context: Mapping[str, Any]) -> RenderedMessage:
    return rendered("on_site_freed", "Un rendez-vous sur place s’est libéré", context)


def render_seat(context: Mapping[str, Any]) -> RenderedMessage:
    return rendered("seat_taken", "Votre place est réservée", context, _seat_calendar(context, "REQUEST"))


def render_session_called_off(context: Mapping[str, Any]) -> RenderedMessage:
    return rendered(
        "session_called_off", "Un atelier n’a pas lieu", context, _seat_calendar(context, "CANCEL")
    )


def _seat_calendar(context: Mapping[str, Any], method: str) -> list[tuple[str, str, bytes]]:
    """None for a message that was written before workshops had calendar files."""
    entry = context.get("entry")
    return _calendar(SeatFacts.from_context(entry), method) if entry else []


def _render(template: str, subject: str, method: str, context: Mapping[str, Any]) -> RenderedMessage:
    """With a calendar file, unless no method is given.

    Neither the subject nor the calendar says what the meeting is about: others may read over a shoulder.
    """
    facts = MeetingFacts.from_context(context)
    return rendered(template, subject, facts, _calendar(facts, method) if method else [])


def rendered(
    template: str, subject: str, facts: object, attachments: Sequence[tuple[str, str, bytes]] = ()
) -> RenderedMessage:
    """A message in its two forms, from `emails/cep/<template>.txt` and `.html`, which read `facts`."""
    variables = {"facts": facts, "subject": subject, "portal": current_portal()}
    return RenderedMessage(
        subject=subject,
        text=render_to_string(f"emails/cep/{template}.txt", variables),
        html=render_to_string(f"emails/cep/{template}.html", variables),
        attachments=list(attachments),
    )


def _calendar(facts: MeetingFacts, method: str) -> list[tuple[str, str, bytes]]:
    return [("rendez-vous.ics", f"text/calendar; method={method}", calendar_file(facts, method=method))]
