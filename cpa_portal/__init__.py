import atexit
import gc

# Loading the site makes hundreds of thousands of objects that all stay. At its default pace the collector of cycles
# walks through them again and again while they are made, and once more when the process ends: a fifth of the time that
# a process takes to start, and half a second to stop.
gc.set_threshold(10_000, 10, 10)
atexit.register(gc.freeze)

from cpa_portal.celery import app as celery_app  # noqa: E402 - before what it is meant for

__all__ = ["celery_app"]
