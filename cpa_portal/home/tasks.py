from celery import shared_task

from cpa_portal.kernel.database.partitions import ensure_partitions


@shared_task
def prepare_partitions() -> None:
    """Months are made a year ahead, every day: a missed day costs nothing."""
    ensure_partitions()
