"""The Celery application: `celery -A cpa_portal …`."""

import os

from celery import Celery
from celery.signals import setup_logging

from accounts import schedule as accounts_schedule
from agora_sync import schedule as agora_schedule
from catalog import schedule as catalog_schedule
from cep import schedule as cep_schedule
from cpa_portal.home import schedule as home_schedule
from rights import schedule as rights_schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")

app = Celery("cpa_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_the_logging_of_the_settings(**kwargs: object) -> None:
    """With a receiver here Celery leaves logging and standard output alone: its own handlers write unmasked."""


def beat_schedule() -> dict[str, dict[str, object]]:
    """Every room's schedule. What must not be lost is a row; these sweep the rows that nobody took.

    A sweep that waited for as long as its period is thrown away: the next one, behind it in the queue, sees the same.
    """
    rooms = (
        accounts_schedule,
        agora_schedule,
        catalog_schedule,
        cep_schedule,
        home_schedule,
        rights_schedule,
    )
    return {
        name: {"task": task, "schedule": seconds, "options": {"expire_seconds": seconds}}
        for room in rooms
        for name, (task, seconds) in room.SCHEDULE.items()
    }


app.conf.beat_schedule = beat_schedule()
