"""The two sides as processes that are started again when they fall, and the ways to make them fall."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from agora_sync.services.demo_partners import register_demo_partners
from house.ports import is_served
from house.processes import Process, Supervisor
from house.servers import Servers
from tests.support.databases import owner_url, running_url

BIN = Path(sys.executable).parent
START_SECONDS = 60


class Target(StrEnum):
    WORKER, CHILD, BEAT = "the worker", "a child of the worker", "the beat"
    AGORA, VALKEY, POSTGRES = "AGORA", "Valkey", "PostgreSQL"


@dataclass
class Sides:
    """The data folder, the variables of `bin/run`, and the names of the two databases of this trial."""

    data: Path
    variables: dict[str, str]
    portal: str
    agora: str
    for_provider: Callable[[dict[str, str]], dict[str, str]] = field(repr=False)

    @property
    def port(self) -> int:
        return int(urlsplit(self.variables["AGORA_ENDPOINT_URL"]).port or 0)

    @property
    def pki(self) -> Path:
        return self.data / "pki"

    def environment(self, role: str) -> dict[str, str]:
        """Each side has its own database and its own register of seals, new for each trial."""
        name = self.portal if role == "portal" else self.agora
        given = self.variables if role == "portal" else self.for_provider(self.variables)
        return {
            **given,
            "DATABASE_URL": running_url(name),
            "DATABASE_OWNER_URL": owner_url(name),
            "MEDIA_ROOT": str(self.data / "trials" / name),
            "AGORA_MAINTENANCE_WINDOWS": "[]",
        }

    def register_partners(self) -> None:
        """In the current database, which is AGORA's."""
        register_demo_partners(pki_dir=self.pki, now=dt.datetime.now(dt.UTC))

    def processes(self) -> list[Process]:
        ours, theirs = self.environment("portal"), self.environment("provider")
        celery = [str(BIN / "celery"), "--app", "cpa_portal", "--quiet"]
        worker = [
            *celery,
            "worker",
            "--queues",
            "default,agora,batch",
            "--without-mingle",
            "--without-gossip",
        ]
        return [
            Process(
                "agora",
                [str(BIN / "gunicorn"), "--reuse-port", "--config", "python:cpa_portal.agora_listener",
                 "--bind", f"127.0.0.1:{self.port}", "cpa_portal.wsgi_agora:application"],
                theirs,
            ),
            Process("worker", [*worker, "--concurrency", "2", "--hostname", f"{self.portal}@%h"], ours),
            Process("beat", [*celery, "beat", "--pidfile="], ours),
            Process("agora-worker", [*worker, "--beat", "--concurrency", "1",
                                     "--hostname", f"{self.agora}@%h"], theirs),
        ]  # fmt: skip

    @contextlib.contextmanager
    def running(self) -> Iterator[Accidents]:
        with Supervisor(log_folder=self.data / "logs") as supervisor:
            for process in self.processes():
                supervisor.start(process)
            accidents = Accidents(supervisor, Servers(self.data))
            with accidents.kept_alive():
                wait_until_served(self.port)
                yield accidents


def wait_until_served(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_served(port):
        assert time.monotonic() < deadline, "AGORA did not start"
        time.sleep(0.1)


class Accidents:
    def __init__(self, supervisor: Supervisor, servers: Servers) -> None:
        self.supervisor = supervisor
        self.servers = servers
        self.over = threading.Event()

    @contextlib.contextmanager
    def kept_alive(self) -> Iterator[None]:
        keeper = threading.Thread(target=self._keep, daemon=True)
        keeper.start()
        try:
            yield
        finally:
            self.over.set()
            keeper.join()

    def _keep(self) -> None:
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
            while not self.over.wait(0.2):
                self.supervisor.restart_the_fallen()

    def strike(self, target: Target, *, down: float) -> None:
        """SIGKILL. A server of data comes back after so many seconds; processes as soon as they are seen to be gone."""
        match target:
            case Target.POSTGRES:
                self.servers.kill_postgres()
                time.sleep(down)
                self.servers.revive_postgres()
            case Target.VALKEY:
                self.servers.kill_valkey()
                time.sleep(down)
                self.servers.revive_valkey()
            case Target.CHILD:
                self._kill_a_child()
            case Target.WORKER | Target.BEAT | Target.AGORA:
                names = {Target.WORKER: "worker", Target.BEAT: "beat", Target.AGORA: "agora"}
                self._kill_group(names[target])

    def _kill_group(self, name: str) -> None:
        process = next(process for process in self.supervisor.processes if process.name == name)
        if process.running is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.running.pid, signal.SIGKILL)

    def _kill_a_child(self) -> None:
        worker = next(process for process in self.supervisor.processes if process.name == "worker")
        if worker.running is None:
            return
        pid = worker.running.pid
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if children:
                os.kill(int(children[0]), signal.SIGKILL)
