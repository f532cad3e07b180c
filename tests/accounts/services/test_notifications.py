"""Delivery: at least once, by one sweep at a time, with a second copy that can be told from a second
message.
"""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from accounts.exceptions import UnknownNotificationKind
from accounts.models import Notification, NotificationState
from accounts.services import notifications
from accounts.services.notifications import claim_next, deliver_waiting, message_id, notify
from accounts.tasks import deliver_notifications
from tests.support.threads import run_together

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("renderers")]


class KilledAfterSending(EmailBackend):
    """The message leaves, then the process dies: nothing after `send` runs, no handler either."""

    def send_messages(self, messages):
        super().send_messages(messages)
        raise SystemExit("killed")


class UnreachableServer(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError("camille@exemple.test is behind a closed door")


class MeetingServer(EmailBackend):
    """Two sends meet here: both sweeps are under way at the same time."""

    barrier = threading.Barrier(2, timeout=30)

    def send_messages(self, messages):
        self.barrier.wait()
        return super().send_messages(messages)


def backend(cls):
    return f"{cls.__module__}.{cls.__qualname__}"


def write(key="greeting:1", kind="greeting"):
    notify(kind=kind, recipient="camille@exemple.test", dedup_key=key, context={"name": "Camille"})
    return Notification.objects.get(dedup_key=key)


def let_the_lease_end(message):
    past = timezone.now() - timedelta(seconds=1)
    Notification.objects.filter(pk=message.pk).update(lease_until=past)


def test_notify_same_key_twice_writes_one_row():
    write()
    write()

    assert Notification.objects.count() == 1


def test_notify_unknown_kind_writes_nothing():
    with pytest.raises(UnknownNotificationKind):
        write(kind="carrier_pigeon")

    assert not Notification.objects.exists()


def test_notify_in_a_transaction_given_up_leaves_no_message():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)

    deliver_notifications()

    assert mail.outbox == []


def test_deliver_waiting_message_sends_it_as_rendered():
    message = write()

    deliver_notifications()

    (sent,) = mail.outbox
    assert sent.to == ["camille@exemple.test"]
    assert sent.subject == "Bonjour Camille"
    assert sent.alternatives[0][0] == "<p>Un message de test.</p>"
    assert sent.attachments[0][0] == "rendez-vous.ics"
    assert sent.extra_headers["Message-ID"] == message_id(message)
    message.refresh_from_db()
    assert message.state == NotificationState.SENT
    assert message.sent_at is not None
    assert message.context == {}


def test_deliver_twice_sends_once():
    write()

    deliver_notifications()
    deliver_notifications()

    assert len(mail.outbox) == 1


def test_deliver_killed_between_send_and_mark_sends_again_under_the_same_message_id(settings):
    """The guarantee, in full: at least once; the copy bears the same Message-ID; nobody resends before the
    lease.
    """
    message = write()
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = backend(KilledAfterSending)
    with pytest.raises(SystemExit):
        deliver_notifications()
    settings.EMAIL_BACKEND = working

    deliver_notifications()
    sent_before_the_lease_ended = len(mail.outbox)
    let_the_lease_end(message)
    deliver_notifications()
    deliver_notifications()

    assert sent_before_the_lease_ended == 1
    assert [sent.extra_headers["Message-ID"] for sent in mail.outbox] == [message_id(message)] * 2
    assert Notification.objects.get().state == NotificationState.SENT


def test_deliver_two_messages_bear_different_message_ids():
    assert message_id(write("a")) != message_id(write("b"))


def test_deliver_with_the_mail_server_down_keeps_the_message_and_hides_the_address(settings):
    message = write()
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = backend(UnreachableServer)

    deliver_notifications()

    message.refresh_from_db()
    assert message.state == NotificationState.WAITING
    assert message.last_error == "ConnectionRefusedError"
    assert message.lease_until > timezone.now()
    settings.EMAIL_BACKEND = working
    let_the_lease_end(message)
    deliver_notifications()
    assert len(mail.outbox) == 1


def test_deliver_waits_longer_after_each_failure(settings):
    message = write()
    settings.EMAIL_BACKEND = backend(UnreachableServer)
    waits = []

    for _ in range(3):
        let_the_lease_end(message)
        before = timezone.now()
        deliver_notifications()
        message.refresh_from_db()
        waits.append(round((message.lease_until - before).total_seconds()))

    assert waits == [30, 60, 120]


def test_deliver_failing_to_the_last_attempt_gives_up_and_says_why():
    message = write(kind="broken")

    for _ in range(notifications.MAX_ATTEMPTS):
        let_the_lease_end(message)
        deliver_notifications()

    message.refresh_from_db()
    assert message.state == NotificationState.FAILED
    assert message.last_error == "LookupError"
    assert message.attempts == notifications.MAX_ATTEMPTS


def test_deliver_one_broken_message_lets_the_others_leave():
    write("1", kind="broken")
    write("2")

    deliver_notifications()

    assert len(mail.outbox) == 1


def test_deliver_process_slower_than_its_lease_does_not_mark_for_its_successor():
    message = write()
    slow = claim_next()
    let_the_lease_end(message)
    successor = claim_next()

    assert notifications._mark_sent(slow) is False
    assert Notification.objects.get().state == NotificationState.WAITING
    assert notifications._mark_sent(successor) is True


@pytest.mark.django_db(transaction=True)
def test_deliver_concurrent_sweeps_send_each_message_once():
    keys = [f"greeting:{rank}" for rank in range(20)]
    for key in keys:
        write(key)

    run_together([deliver_waiting] * 4)

    assert len(mail.outbox) == len(keys)
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == len(keys)
    assert set(Notification.objects.values_list("state", "attempts")) == {(NotificationState.SENT, 1)}


@pytest.mark.django_db(transaction=True)
def test_deliver_sweep_during_a_send_takes_another_message(settings):
    settings.EMAIL_BACKEND = backend(MeetingServer)
    write("1")
    write("2")

    run_together([lambda: notifications._deliver(claim_next())] * 2)

    assert Notification.objects.filter(state=NotificationState.SENT).count() == 2
