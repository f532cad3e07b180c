"""A feeding whose worker and whose PostgreSQL are killed at drawn moments ends as one that nobody disturbs.

Both run on the same crowd, in two databases of the same servers: the calm one first.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from house.servers import Servers
from tests.support.databases import ROOT, owner_url, running_url, worker_database
from tests.support.feeding_crowd import YEAR, add_crowd, digest_of_ledger

BATCHES = 100
LONGEST_DELAY_SECONDS = 1.0
PROGRESS = re.compile(rb"^(\d+) titulaires")
Say = Callable[[str], object]


class Target:
    WORKER, POSTMASTER, BACKEND = "worker", "postmaster", "backend"
    ALL = (WORKER, POSTMASTER, BACKEND)


@dataclass(frozen=True)
class Kill:
    """SIGKILL to the target, `delay` seconds after the worker says that it passed that many holders."""

    holders: int
    delay: float
    target: str


def add_arguments(trials: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = trials.add_parser("feeding", help="kill -9 of the worker and of PostgreSQL during a feeding")
    parser.add_argument("--holders", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None, help="drawn and printed when not given")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    say = lambda line: print(f"feeding: {line}", flush=True)  # noqa: E731, T201 - this is the command's output
    say(f"{options.holders} holders, {options.kills} kills, seed {seed}")
    servers = Servers(Path(os.environ["CPA_DATA"]))
    feeding_survives(servers, holders=options.holders, kills=options.kills, seed=seed, say=say)


def feeding_survives(servers: Servers, *, holders: int, kills: int, seed: int, say: Say) -> None:
    """Raise AssertionError when the disturbed feeding does not end as the calm one."""
    with worker_database("calm") as calm, worker_database("storm") as storm:
        for name in (calm, storm):
            fill(name, holders)
        batch = max(1, holders // BATCHES)
        started = time.monotonic()
        code = subprocess.Popen(**feeding_of(calm, batch), stderr=subprocess.DEVNULL).wait()
        assert code == 0, f"the calm feeding ended with {code}"
        calm_seconds = time.monotonic() - started
        say(f"calm feeding in {calm_seconds:.1f} s")
        started = time.monotonic()
        drawn = draw(
            holders, kills, batch, seed, delay=min(LONGEST_DELAY_SECONDS, 2 * calm_seconds / BATCHES)
        )
        lives = fed_in_the_storm(servers, storm, batch, drawn, say)
        say(f"disturbed feeding in {time.monotonic() - started:.1f} s, {lives} starts of the worker")
        compare(calm, storm)
        by_target = ", ".join(f"{count} {target}" for target, count in Tally(k.target for k in drawn).items())
        say(f"same digest after {kills} kills ({by_target}), verify_ledger clean")


def draw(holders: int, kills: int, batch: int, seed: int, *, delay: float) -> list[Kill]:
    """The kills in the order in which the feeding meets them, each target in turn and then mixed."""
    chance = random.Random(seed)
    levels = sorted(chance.randrange(0, max(1, holders - 2 * batch)) for _ in range(kills))
    targets = [Target.ALL[rank % len(Target.ALL)] for rank in range(kills)]
    chance.shuffle(targets)
    return [
        Kill(level, chance.uniform(0, delay), target) for level, target in zip(levels, targets, strict=True)
    ]


def fill(name: str, holders: int) -> None:
    with psycopg.connect(owner_url(name), autocommit=True) as owner:
        add_crowd(owner.cursor(), size=holders)
        owner.execute("VACUUM ANALYZE")


def feeding_of(name: str, batch: int) -> dict[str, object]:
    command = [
        sys.executable,
        "manage.py",
        "feed_rights",
        "--year",
        str(YEAR),
        "--batch",
        str(batch),
        "--wet-run",
    ]
    return {"args": command, "cwd": ROOT, "env": environment(name), "stdout": subprocess.DEVNULL}


def environment(name: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": running_url(name), "DATABASE_OWNER_URL": owner_url(name)}


def fed_in_the_storm(servers: Servers, name: str, batch: int, kills: list[Kill], say: Say) -> int:
    """Start the worker again until it ends by itself; how many times it was started."""
    left, lives = list(kills), 0
    while True:
        servers.revive_postgres()
        lives += 1
        worker = subprocess.Popen(**feeding_of(name, batch), stderr=subprocess.PIPE)
        code = watched(worker, servers, name, left, say)
        if code == 0:
            assert not left, f"the feeding ended before {len(left)} of the kills"
            return lives
        assert lives < 5 * len(kills) + 5, "the feeding does not come to its end"


def watched(worker: subprocess.Popen[bytes], servers: Servers, name: str, left: list[Kill], say: Say) -> int:
    """Kill when the worker passes the level of the next kill, once in each of its lives; its exit code."""
    assert worker.stderr is not None
    killed = False
    for line in worker.stderr:
        passed = PROGRESS.match(line)
        if passed and left and not killed and int(passed[1]) > left[0].holders:
            kill = left.pop(0)
            time.sleep(kill.delay)
            strike(kill.target, worker, servers, name)
            say(f"killed the {kill.target} {kill.delay:.3f} s after {int(passed[1])} holders")
            killed = True
    return worker.wait()


def strike(target: str, worker: subprocess.Popen[bytes], servers: Servers, name: str) -> None:
    if target == Target.WORKER:
        worker.kill()
    elif target == Target.POSTMASTER:
        servers.kill_postgres()
    else:
        with psycopg.connect(owner_url("postgres"), autocommit=True) as connection:
            backends = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s", [name]
            ).fetchall()
        for (pid,) in backends:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def compare(calm: str, storm: str) -> None:
    digests = []
    for name in (calm, storm):
        with psycopg.connect(owner_url(name)) as owner:
            digests.append(digest_of_ledger(owner.cursor()))
    assert digests[0] == digests[1], f"digests {digests[0][:16]} and {digests[1][:16]}"
    verified = subprocess.run(
        [sys.executable, "manage.py", "verify_ledger"], cwd=ROOT, env=environment(storm), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, f"verify_ledger: {verified.stderr[-500:]}"
