"""Messages that outlive a crash: a row written with the business change, swept until it is sent.

What is guaranteed: a committed row is sent at least once, and by one sweep at a time. A process killed
between the send and its mark leaves the row to be sent again when its lease ends; both copies then bear the
same Message-ID, made from the row's key, so that mail systems and people recognise one message.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.enums import NotificationChannel, NotificationState
from accounts.exceptions import NoLongerNeeded, UnknownNotificationKind
from accounts.models import Notification
from cpa_portal.kernel.tasks import wake_after_commit

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Holder
    from accounts.ports import NotificationRenderer, TextMessageSender

logger = logging.getLogger(__name__)

# Longer than the mail server's time-out (EMAIL_TIMEOUT, 20 s) with room for a slow renderer: while a send
# may still succeed, nobody else may try.
LEASE_SECONDS = 120
MAX_ATTEMPTS = 8
FIRST_RETRY_SECONDS = 30
# After 30 s, 1, 2, 4, 8, 16 and 32 minutes: a mail server down for an hour loses nothing.
MAX_SENT_PER_SWEEP = 500
SWEEP_TASK = "accounts.tasks.deliver_notifications"


def notify(
    *,
    kind: str,
    recipient: str,
    dedup_key: str,
    context: dict[str, Any],
    holder: Holder | None = None,
    channel: NotificationChannel = NotificationChannel.EMAIL,
    deadline: datetime | None = None,
) -> None:
    """Write the message in the caller's transaction; a second call with the same key writes nothing.

    `context` is what the renderer of that kind needs, in JSON values. `holder`: the person concerned, if
    any, whose personal data then includes the message. `deadline` (aware): past it the message is dropped, until then
    it is tried again. Raises UnknownNotificationKind when no renderer is
    named in settings.
    """
    if kind not in settings.NOTIFICATION_RENDERERS:
        raise UnknownNotificationKind(kind)
    if holder is not None and holder.deceased_on is not None:
        # Nothing is written to the dead: their family reads it.
        return
    message = Notification(
        kind=kind,
        recipient=recipient,
        dedup_key=dedup_key,
        context=context,
        holder=holder,
        channel=channel,
        deadline=deadline,
    )
    Notification.objects.bulk_create([message], ignore_conflicts=True)
    wake_after_commit(SWEEP_TASK)


def deliver_waiting() -> int:
    """Send what is due, one message at a time, and return how many left. Safe to run twice and to be
    killed.
    """
    drop_what_is_late()
    sent = 0
    for _ in range(MAX_SENT_PER_SWEEP):
        message = claim_next()
        if message is None:
            break
        sent += _deliver(message)
    return sent


def drop_what_is_late() -> int:
    """Messages past their deadline leave the queue without being sent. Returns how many."""
    late = Notification.objects.filter(state=NotificationState.WAITING, deadline__lte=timezone.now())
    return late.update(state=NotificationState.DROPPED, lease_until=None, context={})


@transaction.atomic
def claim_next() -> Notification | None:
    """Reserve the oldest message that is due; the row lock lasts one statement, the lease lasts the send."""
    now = timezone.now()
    message = (
        Notification.objects.filter(
            Q(lease_until__isnull=True) | Q(lease_until__lte=now),
            Q(deadline__isnull=True) | Q(deadline__gt=now),
            state=NotificationState.WAITING,
        )
        .order_by("created_at")
        .select_for_update(skip_locked=True)
        .first()
    )
    if message is None:
        return None
    message.lease_until = now + timedelta(seconds=LEASE_SECONDS)
    message.attempts += 1
    message.save(update_fields=["lease_until", "attempts"])
    return message


def message_id(message: Notification) -> str:
    """The same for every send of the row, whatever process sends it (RFC 5322 §3.6.4)."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{message.id}@{domain}>"


def _deliver(message: Notification) -> bool:
    try:
        _send(message)
    except NoLongerNeeded:
        _leased(message).update(state=NotificationState.DROPPED, lease_until=None, context={})
        return False
    except Exception as failure:
        # Whatever one message does wrong, the others must leave: the cause is kept on its row.
        _put_back(message, failure)
        return False
    return _mark_sent(message)


def _send(message: Notification) -> None:
    rendered = _renderer(message.kind)(message.context)
    if message.channel == NotificationChannel.TEXT:
        text_message_sender()(number=message.recipient, text=rendered.text, reference=str(message.id))
        return
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        to=[message.recipient],
        headers={
            **rendered.headers,
            "Message-ID": message_id(message),
            "Auto-Submitted": "auto-generated",
        },
    )
    if rendered.html:
        mail.attach_alternative(rendered.html, "text/html")
    for name, content_type, content in rendered.attachments:
        mail.attach(name, content, content_type)
    mail.send()


def sends_text_messages() -> bool:
    return bool(settings.TEXT_MESSAGE_SENDER)


def text_message_sender() -> TextMessageSender:
    return cast("TextMessageSender", import_string(settings.TEXT_MESSAGE_SENDER))


def _renderer(kind: str) -> NotificationRenderer:
    try:
        dotted = settings.NOTIFICATION_RENDERERS[kind]
    except KeyError:
        raise UnknownNotificationKind(kind) from None
    return cast("NotificationRenderer", import_string(dotted))


def _mark_sent(message: Notification) -> bool:
    # Only the holder of the lease marks: a process that was frozen beyond it must not overwrite its
    # successor.
    return bool(
        _leased(message).update(
            state=NotificationState.SENT,
            sent_at=timezone.now(),
            lease_until=None,
            last_error="",
            # What it said has left: the row keeps that it left, and no more of the person's data than that.
            context={},
        )
    )


def _put_back(message: Notification, failure: Exception) -> None:
    # The class alone: the text of a mail error often quotes the address.
    cause = type(failure).__name__
    logger.warning(
        "notification_not_sent",
        extra={"notification": str(message.id), "cause": cause, "attempts": message.attempts},
    )
    if message.attempts >= MAX_ATTEMPTS and message.deadline is None:
        _leased(message).update(state=NotificationState.FAILED, lease_until=None, last_error=cause)
        return
    # With a deadline, it is tried until then, every half hour at the latest.
    wait = timedelta(seconds=FIRST_RETRY_SECONDS * 2 ** (min(message.attempts, MAX_ATTEMPTS - 1) - 1))
    _leased(message).update(lease_until=timezone.now() + wait, last_error=cause)


def _leased(message: Notification) -> Any:
    return Notification.objects.filter(
        pk=message.pk, state=NotificationState.WAITING, lease_until=message.lease_until
    )
