"""A large offer, with dirt, imported in bounded memory, killed and started again, then imported once more.

The file is invented here, with the report to expect of it. Two databases of the same servers: in the first nobody
disturbs the import; in the second the worker, its connection or PostgreSQL is killed at drawn moments.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog import shipped
from house.servers import Servers
from tests.chaos.feeding import Target, environment, strike
from tests.support.catalog_state import state, versions
from tests.support.databases import ROOT, owner_url, worker_database

PROGRESS = re.compile(rb"^(\d+) formations")
LONGEST_DELAY_SECONDS = 1.0
FEED = "offre-inventee"
Say = Callable[[str], object]


@dataclass(frozen=True)
class Kill:
    """SIGKILL to the target, `delay` seconds after the import says that it passed that many formations."""

    formations: int
    delay: float
    target: str


@dataclass(frozen=True)
class Asked:
    organisations: int
    sessions: int
    dirt: float
    dialect: str
    kills: int
    seed: int
    file: Path | None = None


def add_arguments(trials: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = trials.add_parser("imports", help="a large dirty offer: its report, its memory, kill -9, twice")
    parser.add_argument("--sessions", type=int, default=200_000)
    parser.add_argument("--organisations", type=int, default=13_000)
    parser.add_argument("--dirt", type=float, default=0.02)
    parser.add_argument("--dialect", choices=["lheo23", "lheo22", "edof"], default="lheo23")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=None, help="drawn and printed when not given")
    parser.add_argument(
        "--file", type=Path, default=None, help="a file made by generate_offer, in place of a new one"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    say = lambda line: print(f"imports: {line}", flush=True)  # noqa: E731, T201 - this is the command's output
    asked = Asked(
        options.organisations, options.sessions, options.dirt, options.dialect, options.kills, seed, options.file
    )  # fmt: skip
    data = Path(os.environ["CPA_DATA"])
    imports_hold(Servers(data), asked, folder=data, say=say)


def imports_hold(servers: Servers, asked: Asked, *, folder: Path, say: Say) -> None:
    """Raise AssertionError when a report, a state or a second run is not what it must be."""
    path = asked.file or invented(asked, folder, say)
    expected = lines_of(path.with_name(f"{path.name}.expected.csv"))
    with worker_database("calm") as calm, worker_database("storm") as storm:
        for name in (calm, storm):
            call(name, "import_communes", str(shipped.COMMUNES))
            tables = (shipped.OCCUPATIONS, shipped.CERTIFICATIONS, shipped.CERTIFICATION_BLOCKS)
            call(name, "import_certifications", *map(str, tables))
        calm_report, storm_report = folder / "calm.csv", folder / "storm.csv"
        measured(calm, path, calm_report, "calm import", say)
        compare_reports(expected, lines_of(calm_report), say)
        lives = imported_in_the_storm(servers, storm, path, storm_report, drawn(asked, path), say)
        compare_reports(expected, lines_of(storm_report), say)
        compare_states(calm, storm, f"{asked.kills} kills, {lives} starts", say)
        before = versions(owner_url(calm))
        measured(calm, path, calm_report, "same file again", say)
        assert versions(owner_url(calm)) == before, "the second import wrote rows"
        compare_reports(expected, lines_of(calm_report), say)
        say(f"same file again: no row of {', '.join(before)} written")


def invented(asked: Asked, folder: Path, say: Say) -> Path:
    path = folder / f"{FEED}.xml"
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "manage.py", "generate_offer", str(path), "--organisations", str(asked.organisations),
         "--sessions", str(asked.sessions), "--seed", str(asked.seed), "--dialect", asked.dialect,
         "--dirt", str(asked.dirt)],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    size = path.stat().st_size / 1e6
    seconds = time.monotonic() - started
    say(f"{path.name}: {size:.0f} MB, {asked.sessions} sessions, in {seconds:.0f} s, seed {asked.seed}")
    return path


def lines_of(report: Path) -> Counter[tuple[str, ...]]:
    with report.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return Counter(map(tuple, rows))


def call(name: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment(name), check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def measured(name: str, path: Path, report: Path, what: str, say: Say) -> None:
    """The command in a process of its own, with its peak memory."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.peak", *command_of(path, report)],
        cwd=ROOT, env=environment(name), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{what} ended with {done.returncode}"
    *_, said, peak = done.stdout.splitlines()
    say(f"{what}: {time.monotonic() - started:.0f} s, peak {float(peak):.0f} MiB: {said}")


def command_of(path: Path, report: Path) -> list[str]:
    return ["import_offer", str(path), "--feed", FEED, "--report", str(report)]


def compare_reports(expected: Counter[tuple[str, ...]], found: Counter[tuple[str, ...]], say: Say) -> None:
    missing, surplus = list((expected - found).elements()), list((found - expected).elements())
    assert not missing, f"report: {len(missing)} lines missing, such as {missing[:2]}"
    assert not surplus, f"report: {len(surplus)} lines not expected, such as {surplus[:2]}"
    refused = sum(count for line, count in found.items() if line[-1] == "refused")
    say(
        f"report: exactly the {found.total()} lines announced ({refused} refused, {found.total() - refused} repaired)"
    )


def compare_states(calm: str, storm: str, what: str, say: Say) -> None:
    calm_state, storm_state = state(owner_url(calm)), state(owner_url(storm))
    different = [name for name, found in calm_state.items() if storm_state[name] != found]
    assert not different, f"the states differ: {different}: {calm_state}, {storm_state}"
    rows = ", ".join(f"{count} {name}" for name, (count, _) in calm_state.items())
    say(f"same state after {what}: {rows}")


# The storm -------------------------------------------------------------------------------------------
def drawn(asked: Asked, path: Path) -> list[Kill]:
    """In the order in which the import meets them: the first about half-way, each target in turn."""
    chance = random.Random(asked.seed)
    formations = sum(count_in(path, b"<formation "))
    levels = sorted(
        [formations // 2, *(chance.randrange(formations * 4 // 5) for _ in range(asked.kills - 1))][
            : asked.kills
        ]
    )
    return [
        Kill(level, chance.uniform(0, LONGEST_DELAY_SECONDS), Target.ALL[rank % len(Target.ALL)])
        for rank, level in enumerate(levels)
    ]


def count_in(path: Path, mark: bytes) -> Iterator[int]:
    with path.open("rb") as file:
        for line in file:
            yield line.count(mark)


def imported_in_the_storm(
    servers: Servers, name: str, path: Path, report: Path, kills: list[Kill], say: Say
) -> int:
    """Start the import again until it ends by itself; how many times it was started."""
    left, lives, most = list(kills), 0, 5 * len(kills) + 5
    while True:
        servers.revive_postgres()
        lives += 1
        with started(name, path, report) as worker:
            code = watched(worker, servers, name, left, say)
        if code == 0:
            assert not left, f"the import ended before {len(left)} of the kills"
            return lives
        assert lives < most, "the import does not come to its end"


@contextmanager
def started(name: str, path: Path, report: Path) -> Iterator[subprocess.Popen[bytes]]:
    command: list[Any] = [sys.executable, "manage.py", *command_of(path, report)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(name), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as worker:
        try:
            yield worker
        finally:
            worker.kill()


def watched(worker: subprocess.Popen[bytes], servers: Servers, name: str, left: list[Kill], say: Say) -> int:
    """Kill when the import passes the level of the next kill, once in each of its lives; its exit code."""
    assert worker.stderr is not None
    killed = False
    for line in worker.stderr:
        passed = PROGRESS.match(line)
        if passed and left and not killed and int(passed[1]) >= left[0].formations:
            kill = left.pop(0)
            time.sleep(kill.delay)
            strike(kill.target, worker, servers, name)
            say(f"kill -9 of the {kill.target} {kill.delay:.2f} s after formation {int(passed[1])}")
            killed = True
    return worker.wait()
