from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.services import (
    activation,
    alarms,
    habilitations,
    letters,
    notifications,
    private_files,
    saml_sign_in,
)


@shared_task(name=notifications.SWEEP_TASK)
def deliver_notifications() -> None:
    """Woken after commit and swept by the beat; two at once share the rows between them."""
    notifications.deliver_waiting()


@shared_task(name="accounts.tasks.remove_orphan_files")
def remove_orphan_files() -> None:
    """Daily: the content of files whose transaction was given up, or whose row is gone."""
    private_files.remove_orphans()


@shared_task(name=activation.ANSWER_TASK)
def answer_letter_requests() -> None:
    """Woken after a request and swept by the beat; two at once share the rows between them."""
    activation.answer_letter_requests()


@shared_task(name=letters.PRINT_TASK)
def print_letters() -> None:
    """Woken after a letter is written and swept by the beat."""
    letters.print_waiting()


@shared_task(name="accounts.tasks.close_unconfirmed_habilitations")
def close_unconfirmed_habilitations() -> None:
    """Daily. The demonstration is left open: nobody confirms it, and its data outlive a quarter."""
    if not settings.DEMO:
        habilitations.close_unconfirmed(today=timezone.localdate())


@shared_task(name="accounts.tasks.raise_reading_alarms")
def raise_reading_alarms() -> None:
    """Hourly: today so far, and yesterday for what was written around midnight."""
    today = timezone.localdate()
    for day in (today - timedelta(days=1), today):
        alarms.raise_alarms(day=day)


@shared_task(name="accounts.tasks.forget_old_saml")
def forget_old_saml() -> None:
    """Daily: sign-ins never finished, assertions that no longer could be replayed."""
    saml_sign_in.forget_old_saml(now=timezone.now())
