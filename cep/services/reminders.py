"""Reminders: by e-mail two days before, by text message the day before; dropped when they would come too late."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F
from django.utils import timezone

from accounts.enums import NotificationChannel
from accounts.exceptions import NoLongerNeeded
from accounts.models import Holder
from accounts.ports import RenderedMessage
from accounts.selectors.contact_points import address_of
from accounts.services.notifications import notify, sends_text_messages
from cep.enums import BookingStatus
from cep.models import Booking
from cep.services.calendar_files import MeetingFacts
from cep.services.messages import rendered

REMINDER: Final = "cep.reminder"
TEXT_REMINDER: Final = "cep.text_reminder"
EMAIL_LEAD: Final = timedelta(days=2)
TEXT_LEAD: Final = timedelta(days=1)
# Later than that the person is on their way, or will be late whatever they read.
LAST_MOMENT: Final = timedelta(hours=2)
# 06 and 07, and the same abroad: a landline reads nothing.
MOBILE_PREFIXES: Final = ("06", "07", "+336", "+337")


def write_reminders(*, now: datetime) -> int:
    """Swept: queue what is due for each appointment, once per appointment and way. Returns how many are due.

    Who booked later than a reminder would have left has just read their confirmation: they get none.
    """
    due = 0
    for booking in _due(now, EMAIL_LEAD):
        due += _queue(REMINDER, booking, address_of(booking.person), NotificationChannel.EMAIL)
    if sends_text_messages():
        for booking in _due(now, TEXT_LEAD):
            due += _queue(TEXT_REMINDER, booking, mobile_of(booking.person), NotificationChannel.TEXT)
    return due


def _due(now: datetime, lead: timedelta) -> Iterable[Booking]:
    return (
        Booking.objects.filter(
            status=BookingStatus.CONFIRMED,
            holder__isnull=False,
            span__startswith__gt=now + LAST_MOMENT,
            span__startswith__lte=now + lead,
            created_at__lte=F("span__startswith") - lead,
        )
        .select_related("site", "adviser__user", "holder__user")
        .order_by("span")
    )


def _queue(kind: str, booking: Booking, recipient: str, channel: NotificationChannel) -> bool:
    return queue_about(
        booking, kind=kind, recipient=recipient, channel=channel, deadline=booking.starts_at - LAST_MOMENT
    )


def queue_about(
    booking: Booking, *, kind: str, recipient: str, channel: NotificationChannel, deadline: datetime
) -> bool:
    """Write a message that is worth something until `deadline`, once per appointment; False without an address."""
    if not recipient:
        return False
    notify(
        kind=kind,
        recipient=recipient,
        holder=booking.person,
        dedup_key=f"{kind}:{booking.pk}",
        context=MeetingFacts.of(booking, now=timezone.now()).as_context(),
        channel=channel,
        deadline=deadline,
    )
    return True


def mobile_of(holder: Holder) -> str:
    """The number for text messages; empty for a landline and for who asked not to be called."""
    number = "".join(character for character in holder.phone if character.isdigit() or character == "+")
    return number if number.startswith(MOBILE_PREFIXES) and not holder.refuses_calls else ""


def render_reminder(context: Mapping[str, Any]) -> RenderedMessage:
    return rendered("reminder", "Rappel de votre rendez-vous", facts_still_true(context))


def render_text_reminder(context: Mapping[str, Any]) -> RenderedMessage:
    """Neither the matter nor the name: a screen may lie on a desk."""
    facts = facts_still_true(context)
    place = facts.site_address if facts.is_on_site else facts.mode_label.lower()
    text = f"Rappel : rendez-vous {facts.when}, {place}. Le déplacer ou l’annuler : {facts.address}"
    return RenderedMessage(subject="", text=text)


def facts_still_true(context: Mapping[str, Any]) -> MeetingFacts:
    """Cancelled or moved while the provider was down: nobody is reminded of what will not be."""
    facts = MeetingFacts.from_context(context)
    if not Booking.objects.filter(pk=facts.key, status=BookingStatus.CONFIRMED).exists():
        raise NoLongerNeeded
    return facts
