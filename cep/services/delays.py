"""« 10 minutes de retard »: who comes next knows it before they wait, without a call for each."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from accounts.enums import NotificationChannel
from accounts.models import Notification, User
from accounts.ports import RenderedMessage
from accounts.selectors.contact_points import address_of
from accounts.services.notifications import sends_text_messages
from cep.enums import BookingStatus
from cep.models import Booking
from cep.services.messages import rendered
from cep.services.reminders import facts_still_true, mobile_of, queue_about

LATE: Final = "cep.late"
TEXT_LATE: Final = "cep.text_late"
DELAY: Final = timedelta(minutes=10)
# Those who come later are told once the delay is still there.
NEXT: Final = timedelta(hours=2)


class Warned(NamedTuple):
    """Appointments whose person is told, was told already, or has neither an e-mail nor a mobile number."""

    told: int
    known: int
    unreachable: int


def warn_of_delay(*, user: User, now: datetime) -> Warned:
    """Tell those whom this adviser receives in the two hours that come. Once per appointment, however often asked."""
    counts = {"told": 0, "known": 0, "unreachable": 0}
    for booking in _next_of(user, now):
        counts[_warn(booking)] += 1
    return Warned(**counts)


def _next_of(user: User, now: datetime) -> list[Booking]:
    coming = Booking.objects.filter(
        adviser__user=user, status=BookingStatus.CONFIRMED, holder__isnull=False,
        span__startswith__gt=now, span__startswith__lte=now + NEXT,
    )  # fmt: skip
    return list(coming.select_related("site", "adviser__user", "holder__user").order_by("span"))


def _warn(booking: Booking) -> str:
    if Notification.objects.filter(
        dedup_key__in=[f"{LATE}:{booking.pk}", f"{TEXT_LATE}:{booking.pk}"]
    ).exists():
        return "known"
    ways = {LATE: (address_of(booking.person), NotificationChannel.EMAIL)}
    if sends_text_messages():
        ways[TEXT_LATE] = (mobile_of(booking.person), NotificationChannel.TEXT)
    told = [
        queue_about(
            booking, kind=kind, recipient=recipient, channel=channel, deadline=booking.starts_at + DELAY
        )
        for kind, (recipient, channel) in ways.items()
    ]
    return "told" if any(told) else "unreachable"


def render_late(context: Mapping[str, Any]) -> RenderedMessage:
    return rendered("late", "Votre rendez-vous commencera un peu plus tard", facts_still_true(context))


def render_text_late(context: Mapping[str, Any]) -> RenderedMessage:
    """Neither the matter nor the name: a screen may lie on a desk."""
    when = facts_still_true(context).when
    text = f"Votre rendez-vous {when} commencera avec dix minutes de retard. Merci de patienter."
    return RenderedMessage(subject="", text=text)
