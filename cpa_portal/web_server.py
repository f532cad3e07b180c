"""How gunicorn serves the site (`--config python:cpa_portal.web_server`)."""

import os
from typing import Any

from prometheus_client import multiprocess

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
backlog = 2048
timeout = 30
graceful_timeout = 15
# Longer than a person takes to fill a form: a connection closed just as it is used again is an error for its client.
keepalive = 120
# Loading the code before the fork shares its memory and shows a broken setting at once.
preload_app = True
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - gunicorn's heartbeat files


def child_exit(server: Any, worker: Any) -> None:
    """A worker that is gone must not go on counting in the metrics."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)
