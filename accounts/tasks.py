from celery import shared_task

from accounts.services import notifications, private_files


@shared_task(name=notifications.SWEEP_TASK)
def deliver_notifications() -> None:
    """Woken after commit and swept by the beat; two at once share the rows between them."""
    notifications.deliver_waiting()


@shared_task(name="accounts.tasks.remove_orphan_files")
def remove_orphan_files() -> None:
    """Daily: the content of files whose transaction was given up, or whose row is gone."""
    private_files.remove_orphans()
