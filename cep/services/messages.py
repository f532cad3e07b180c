"""What is written to the person about an appointment: rows here, rendered when they are sent."""

from collections.abc import Mapping
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone

from accounts.ports import RenderedMessage
from accounts.services.notifications import notify
from cep.models import Booking
from cep.services.calendar_files import MeetingFacts, address_of, calendar_file
from cpa_portal.kernel.theme import current_portal

CONFIRMED: Final = "cep.appointment_confirmed"
CANCELLED: Final = "cep.appointment_cancelled"


def announce_confirmation(booking: Booking) -> None:
    """Write, in the caller's transaction, the message that confirms. Once per version of the appointment."""
    _announce(CONFIRMED, booking)


def announce_cancellation(booking: Booking) -> None:
    _announce(CANCELLED, booking)


def _announce(kind: str, booking: Booking) -> None:
    recipient = address_of(booking.holder)
    if not recipient:
        # A person without an address has been told by the page, or will be by telephone.
        return
    notify(
        kind=kind,
        recipient=recipient,
        holder=booking.holder,
        dedup_key=f"{kind}:{booking.pk}:{booking.sequence}",
        context=MeetingFacts.of(booking, now=timezone.now()).as_context(),
    )


def render_confirmation(context: Mapping[str, Any]) -> RenderedMessage:
    return _render("appointment_confirmed", "Votre rendez-vous est confirmé", "REQUEST", context)


def render_cancellation(context: Mapping[str, Any]) -> RenderedMessage:
    return _render("appointment_cancelled", "Votre rendez-vous est annulé", "CANCEL", context)


def _render(template: str, subject: str, method: str, context: Mapping[str, Any]) -> RenderedMessage:
    """Neither the subject nor the calendar says what the meeting is about: others may read over a shoulder."""
    facts = MeetingFacts.from_context(context)
    variables = {"facts": facts, "subject": subject, "portal": current_portal()}
    return RenderedMessage(
        subject=subject,
        text=render_to_string(f"emails/cep/{template}.txt", variables),
        html=render_to_string(f"emails/cep/{template}.html", variables),
        attachments=[
            ("rendez-vous.ics", f"text/calendar; method={method}", calendar_file(facts, method=method))
        ],
    )
