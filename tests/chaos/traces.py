"""Traces that cannot be written: AGORA answers `TracesIndisponibles` or not at all, nothing is done, and it comes back.

One real listener, never started again, on a server of its own. Each accident is real: the privilege taken away, a disk
without room under the traces, files that may grow no more (a quota of the system on the processes of PostgreSQL), the
database killed. What people decided
(a cut-off) outlives the repair.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from django.utils import timezone

from agora_sync.contract import Operation
from agora_sync.services.demo_partners import register_demo_partners
from house.servers import Servers
from tests.chaos.flows_partner import PartnerCalls
from tests.chaos.small_disk import FILLING, NotHere, full_disk_under_traces
from tests.support.agora import create_request, read_fault
from tests.support.agora_listener import on_database, running_listener
from tests.support.databases import owner_url, running_url, worker_database
from tests.support.factories.accounts import HolderFactory

SERVED, NO_ANSWER = "served", "no answer"
CLOSED = {"ag:TracesIndisponibles", NO_ANSWER}
RETURN_SECONDS = 60
REQUESTS = 300
# PostgreSQL writes its journal by files of 16 MiB, which must still be allowed.
JOURNAL_FILE = 16 * 1024 * 1024
FILLING_ROW, FILLING_ROWS, LAST_FILLING_ROW = 256 * 1024, 72, 8 * 1024
Say = Callable[[str], object]


def add_arguments(trials: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = trials.add_parser("traces", help="traces that cannot be written, in every way")
    parser.add_argument("--calls", type=int, default=20, help="calls during each accident")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    data = Path(os.environ["CPA_DATA"])
    ours = output_apart(data / "traces.log")
    say = lambda line: print(f"traces: {line}", file=ours, flush=True)  # noqa: E731 - this is the output
    with worker_database("agora") as name, on_database(name):
        register_demo_partners(pki_dir=data / "pki", now=timezone.now())
        trial = Trial(name, data / "pki", Servers(data))
        connection.close()
        with running_listener(data / "pki", database=name) as listener:
            trial.calls = PartnerCalls(data / "pki", listener.port)
            assert trial.call() == SERVED, "the listener does not serve before the accidents"
            for label, accident in trial.accidents().items():
                trial.lives_through(label, accident, options.calls, say)
            trial.stays_cut_off(say)
            assert listener.process.poll() is None, "the listener fell"


def output_apart(log: Path) -> TextIO:
    """Our own standard output, kept for us; the listener, which inherits it, writes to the log."""
    ours = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    return ours


class Trial:
    def __init__(self, name: str, pki: Path, servers: Servers) -> None:
        self.name, self.pki, self.servers = name, pki, servers
        self.role = urlsplit(running_url(name)).username
        self.calls: PartnerCalls | None = None
        self.served = 0
        # Made beforehand: this process reads the same database, which will be away.
        self.requests = [create_request(HolderFactory(user=None)) for _ in range(REQUESTS)]

    def accidents(self) -> dict[str, Callable[[], contextlib.AbstractContextManager[None]]]:
        return {
            "privilege revoked": self.revoked,
            "disk full": self.on_a_full_disk,
            "quota of files reached": self.without_room,
            "PostgreSQL killed": self.killed,
        }

    def lives_through(
        self,
        label: str,
        accident: Callable[[], contextlib.AbstractContextManager[None]],
        calls: int,
        say: Say,
    ) -> None:
        try:
            with accident():
                outcomes = Tally(self.call() for _ in range(calls))
        except NotHere as reason:
            say(f"{label}: not tried here, {reason}")
            return
        assert set(outcomes) <= CLOSED, f"{label}: {dict(outcomes)}"
        back = self.seconds_to_return(label)
        self.check_effects(label)
        told = ", ".join(f"{count} × {outcome}" for outcome, count in outcomes.items())
        say(f"{label}: {told}; no effect; served again {back:.1f} s after the repair, by itself")

    # One call -------------------------------------------------------------------------------
    def call(self) -> str:
        """The creation of a file that nobody asked for yet: its outcome."""
        assert self.calls is not None
        request = self.requests.pop()
        try:
            content = self.calls.sent(Operation.CREATE_FILE, self.calls.caller.content(request))
        except OSError:
            return NO_ANSWER
        fault = read_fault(content)
        self.served += fault is None
        return fault.name if fault else SERVED

    def seconds_to_return(self, label: str) -> float:
        repaired = time.monotonic()
        while self.call() != SERVED:
            assert time.monotonic() - repaired < RETURN_SECONDS, f"{label}: the service did not come back"
            time.sleep(0.2)
        return time.monotonic() - repaired

    def check_effects(self, label: str) -> None:
        """As many files, answers kept and answers traced as calls that were served, not one more."""
        with psycopg.connect(owner_url(self.name)) as owner:
            for what in (
                "rights_trainingfile",
                "agora_sync_receivedrequest",
                "agora_sync_trace WHERE kind = 'answer_sent' AND http_status = 200",
            ):
                (found,) = owner.execute(f"SELECT count(*) FROM {what}").fetchone() or (0,)  # type: ignore[arg-type]  # noqa: S608
                assert found == self.served, f"{label}: {found} of {what} for {self.served} calls served"

    # Accidents ------------------------------------------------------------------------------
    @contextlib.contextmanager
    def revoked(self) -> Iterator[None]:
        self.as_owner(f"REVOKE INSERT ON agora_sync_trace FROM {self.role}")
        try:
            yield
        finally:
            self.as_owner(f"GRANT INSERT ON agora_sync_trace TO {self.role}")

    def on_a_full_disk(self) -> contextlib.AbstractContextManager[None]:
        return full_disk_under_traces(self.name, self.servers)

    @contextlib.contextmanager
    def without_room(self) -> Iterator[None]:
        """The files of the table may not grow: what a quota does to every write of a trace."""
        self.fill_first_files()
        self.restart_with_files_of(JOURNAL_FILE)
        self.fill_until_refused()
        try:
            yield
        finally:
            self.restart_with_files_of(resource.RLIM_INFINITY)

    @contextlib.contextmanager
    def killed(self) -> Iterator[None]:
        self.servers.kill_postgres()
        try:
            yield
        finally:
            self.servers.revive_postgres()

    def fill_first_files(self) -> None:
        """Traces of the demonstration's partner, until their file is larger than the quota to come."""
        with psycopg.connect(owner_url(self.name), autocommit=True) as owner:
            for _ in range(FILLING_ROWS):
                owner.execute(FILLING, [os.urandom(FILLING_ROW)])

    def fill_until_refused(self) -> None:
        """A file is made larger by several pages at a time: those that are still free go first."""
        with (
            psycopg.connect(owner_url(self.name), autocommit=True) as owner,
            contextlib.suppress(psycopg.Error),
        ):
            while True:
                owner.execute(FILLING, [os.urandom(LAST_FILLING_ROW)])

    def restart_with_files_of(self, size: int) -> None:
        """Stop PostgreSQL well, and start it so that neither it nor whoever is born of it has larger files."""
        self.servers.end_postgres()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        # What is started inherits our own limit, which comes back at once.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size if size != resource.RLIM_INFINITY else hard, hard))
        try:
            self.servers.revive_postgres()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    def as_owner(self, statement: str) -> None:
        with psycopg.connect(owner_url(self.name), autocommit=True) as owner:
            owner.execute(statement)  # type: ignore[arg-type]

    # What people decided --------------------------------------------------------------------
    def stays_cut_off(self, say: Say) -> None:
        """A cut-off that meets an accident is still there after the repair, until people lift it."""
        self.as_owner("UPDATE agora_sync_partner SET cut_off_at = now() WHERE code = 'partner'")
        with self.revoked():
            during = self.call()
        after = {self.call() for _ in range(5)}
        self.as_owner("UPDATE agora_sync_partner SET cut_off_at = NULL WHERE code = 'partner'")
        lifted = self.call()
        assert (during, after, lifted) == ("ag:TracesIndisponibles", {"ag:ServiceInterrompu"}, SERVED), (
            f"cut-off: {during}, then {after}, then {lifted}"
        )
        say("cut-off: still closed after the repair, served once people lifted it")
