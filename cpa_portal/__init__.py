import gc

# Loading the site makes hundreds of thousands of objects that all stay: at its default pace the collector walks through
# them again and again, a fifth of the time that a process takes to start.
gc.set_threshold(10_000, 10, 10)

from cpa_portal.celery import app as celery_app  # noqa: E402 - before what it is meant for

__all__ = ["celery_app"]
