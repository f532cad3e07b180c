"""How gunicorn serves the site (`--config python:cpa_portal.web_server`)."""

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
backlog = 2048
timeout = 30
graceful_timeout = 15
keepalive = 5
# Loading the code before the fork shares its memory and shows a broken setting at once.
preload_app = True
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - gunicorn's heartbeat files
