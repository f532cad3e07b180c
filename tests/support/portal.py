"""The portal as a person meets it: a real `bin/run`, its servers, workers and demo data, in a folder of its own."""

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 600
STOP_SECONDS = 60
# A run of its own: nothing of the test session's environment may leak into it.
FOREIGN = (
    "DATABASE_",
    "AGORA_",
    "REDIS_URL",
    "SITE_URL",
    "CPA_",
    "DJANGO_",
    "MEDIA_ROOT",
    "EMAIL_URL",
    "PYTHONPATH",
)
PASSWORD = "demo-cpa-2026"


@dataclass
class Portal:
    data: Path
    process: "subprocess.Popen[str]"
    options: tuple[str, ...] = ()
    given: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    url: str = ""
    agora_url: str = ""
    provider_url: str = ""

    @property
    def variables(self) -> dict[str, str]:
        lines = (self.data / "env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def database(self, name: str = "DATABASE_URL") -> psycopg.Connection:
        """A connection as the running role: `DATABASE_URL`, or `AGORA_DATABASE_URL` for the other side."""
        return psycopg.connect(self.variables[name], autocommit=True)

    def restart(self) -> None:
        """Start it again on the same data, after `stop(portal)`; its ports may be others."""
        self.process, self.lines, self.url = (started(self.data, *self.options, given=self.given), [], "")
        read_announcement(self)

    def agora(self, order: str) -> None:
        """Stop or start the AGORA side, as `bin/agora` does."""
        subprocess.run([str(ROOT / "bin" / "agora"), order, "--data", str(self.data)], check=True, timeout=60)


@contextmanager
def running_portal(data: Path, *options: str, given: dict[str, str] | None = None) -> Iterator[Portal]:
    """Start `bin/run` on free ports and wait for its `ready:` line; stop it and what it started at the end.

    `given`: variables of its environment.
    """
    portal = Portal(data, started(data, *options, given=given), options, given or {})
    try:
        read_announcement(portal)
        yield portal
    finally:
        stop(portal)


def started(data: Path, *options: str, given: dict[str, str] | None = None) -> "subprocess.Popen[str]":
    environment = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)} | (given or {})
    return subprocess.Popen(
        [str(ROOT / "bin" / "run"), "--data", str(data), *options],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def read_announcement(portal: Portal) -> None:
    lines: queue.Queue[str | None] = queue.Queue()
    stdout = portal.process.stdout
    assert stdout is not None

    def pump() -> None:
        for line in stdout:
            lines.put(line.rstrip("\n"))
        lines.put(None)

    threading.Thread(target=pump, daemon=True).start()
    while not portal.url:
        line = lines.get(timeout=READY_SECONDS)
        if line is None:
            stderr = portal.process.stderr
            raise RuntimeError(f"bin/run stopped: {stderr.read() if stderr else ''}")
        portal.lines.append(line)
        name, _, value = line.partition(": ")
        if name == "agora":
            portal.agora_url = value
        elif name == "provider":
            portal.provider_url = value
        elif name == "ready":
            portal.url = value


def stop(portal: Portal) -> int:
    """SIGTERM, then wait. Returns the exit code."""
    if portal.process.poll() is None:
        portal.process.send_signal(signal.SIGTERM)
    try:
        return portal.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        portal.process.kill()
        raise
