"""Celery leaves: one service call each, safe to run twice and to be killed."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from catalog.services import import_orders, import_work, open_data
from catalog.services.alerts import SWEEP_TASK, day_of_alerts, write_alerts

# A national feed takes a few minutes; killed at the limit, it goes on from there at the next sweep.
IMPORT_SECONDS = 3_000


@shared_task(name=import_orders.TASK, time_limit=IMPORT_SECONDS)
def work_on_imports() -> None:
    """Woken when a file is handed over or confirmed, and swept by the beat; workers share the files between them."""
    if settings.AGORA_ROLE == "portal":
        import_work.work_on_orders(today=timezone.localdate())


@shared_task(name="catalog.tasks.forget_old_uploads")
def forget_old_uploads() -> None:
    """Daily: files that nobody decided upon, contents whose transaction was given up."""
    import_orders.forget_old_orders()
    import_orders.remove_orphan_uploads()


@shared_task(name=open_data.TASK, time_limit=IMPORT_SECONDS)
def publish_open_data() -> None:
    """Half-hourly; works once a night, and at once where nothing was published yet. Killed, it begins again."""
    if settings.AGORA_ROLE == "portal" and open_data.is_due(timezone.localtime()):
        open_data.publish_open_data(today=timezone.localdate())


@shared_task(name=SWEEP_TASK)
def alert_people() -> None:
    """Writes to people what is new in the searches that they keep. Run twice, each message is written once."""
    write_alerts(day=day_of_alerts(timezone.now()))
