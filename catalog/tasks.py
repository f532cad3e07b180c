from celery import shared_task
from django.utils import timezone

from catalog.services.alerts import SWEEP_TASK, day_of_alerts, write_alerts


@shared_task(name=SWEEP_TASK)
def alert_people() -> None:
    """Writes to people what is new in the searches that they keep. Run twice, each message is written once."""
    write_alerts(day=day_of_alerts(timezone.now()))
