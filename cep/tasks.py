from celery import shared_task
from django.utils import timezone

from cep.services.agenda import extend_plans
from cep.services.booking import remove_expired_holds
from cep.services.first_exchange import raise_alerts
from cep.services.reminders import write_reminders
from cep.services.waiting import end_expired_offers


@shared_task(name="cep.tasks.extend_agendas")
def extend_agendas() -> None:
    """Lays down the days that have come within reach. Run twice, the second run changes nothing."""
    extend_plans(now=timezone.now())


@shared_task(name="cep.tasks.end_offers")
def end_offers() -> None:
    """Tells the next person of the list where the one before has let the time pass."""
    end_expired_offers(now=timezone.now())


@shared_task(name="cep.tasks.watch_first_exchanges")
def watch_first_exchanges() -> None:
    """Managers read which requests wait for too long. Run twice, each is told once a level."""
    raise_alerts(now=timezone.now())


@shared_task(name="cep.tasks.remind")
def remind() -> None:
    """Queues the reminders that are due. Run twice, each is written once."""
    write_reminders(now=timezone.now())


@shared_task(name="cep.tasks.remove_holds")
def remove_holds() -> None:
    """Rows of holds that are over: they keep nobody out, and need not be kept."""
    remove_expired_holds(now=timezone.now())
