from celery import shared_task

from accounts.services import activation, letters, notifications, private_files


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
