"""Files asked for, changed and read back while workers, Valkey, PostgreSQL and AGORA are killed: none lost, none twice.

Two databases of one server, the portal's worker and beat, AGORA's listener, all real and all killed with SIGKILL at
moments drawn from the seed. At the end every file must be what its course says on both sides.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, InterfaceError, connection, transaction

from house.environment import for_provider
from tests.chaos.flows_partner import PartnerCalls
from tests.chaos.flows_people import ACTS, Flow, interleaved, introduce, people
from tests.chaos.flows_servers import Accidents, Sides, Target
from tests.chaos.flows_verdict import at_rest, check
from tests.support.agora_listener import on_database
from tests.support.databases import worker_database

# One request in ten commits long after others that began later.
LATE_EVERY = 10
LONGEST_LATENESS_SECONDS = 4.0
LONGEST_DELAY_SECONDS = 1.5
LONGEST_DOWN_SECONDS = 2.0
# While a server is down, an act is tried again: nobody waits longer than this for one to come back.
PATIENCE_SECONDS = 120
REST_SECONDS = 900
Say = Callable[[str], object]


@dataclass(frozen=True)
class Kill:
    """SIGKILL to the target, `delay` seconds after so many acts; a server comes back after `down` seconds."""

    acts: int
    delay: float
    down: float
    target: Target


def add_arguments(trials: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = trials.add_parser("flows", help="kill -9 of everything while files travel to AGORA and back")
    parser.add_argument("--flows", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None, help="drawn and printed when not given")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    say = lambda line: print(f"flows: {line}", flush=True)  # noqa: E731, T201 - this is the command's output
    say(f"{options.flows} files, {options.kills} kills, seed {seed}")
    with worker_database("portal") as portal, worker_database("agora") as agora:
        sides = Sides(Path(os.environ["CPA_DATA"]), dict(os.environ), portal, agora, for_provider)
        with on_database(portal):
            flows_survive(sides, flows=options.flows, kills=options.kills, seed=seed, say=say)


def flows_survive(sides: Sides, *, flows: int, kills: int, seed: int, say: Say) -> None:
    """Raise AssertionError when a file is lost, twice, wrong, or was sent back."""
    chance = random.Random(seed)
    crowd = people(flows, chance)
    with on_database(sides.agora):
        sides.register_partners()
        introduce(crowd)
    connection.close()
    say(
        ", ".join(f"{count} {course}" for course, count in Tally(flow.course.value for flow in crowd).items())
    )
    acts = list(interleaved(crowd, chance))
    storm = Storm(sides, draw(len(acts), kills, chance), say)
    started = time.monotonic()
    with sides.running() as accidents:
        storm.accidents = accidents
        lived_through(acts, storm, chance)
        say(f"{len(acts)} acts in {time.monotonic() - started:.1f} s, {kills} kills")
        rested = wait_for_rest(crowd, say)
    say(f"at rest {rested:.1f} s after the last act")
    check(crowd, sides, say)
    by_target = ", ".join(f"{count} {target}" for target, count in Tally(storm.done).items())
    say(f"every file right on both sides, none lost, none twice ({by_target or 'no kill'})")


def draw(acts: int, kills: int, chance: random.Random) -> list[Kill]:
    """The kills in the order in which the acts meet them, each target in turn and then mixed."""
    levels = sorted(chance.randrange(acts) for _ in range(kills))
    targets = [list(Target)[rank % len(Target)] for rank in range(kills)]
    chance.shuffle(targets)
    return [
        Kill(
            level,
            chance.uniform(0, LONGEST_DELAY_SECONDS),
            chance.uniform(0, LONGEST_DOWN_SECONDS),
            target,
        )
        for level, target in zip(levels, targets, strict=True)
    ]


@dataclass
class Storm:
    sides: Sides
    left: list[Kill]
    say: Say
    accidents: Accidents | None = None
    done: list[str] = field(default_factory=list)

    def pass_over(self, acts: int) -> None:
        """Strike what is due after so many acts. What was killed comes back by itself, or after its time down."""
        while self.left and self.left[0].acts <= acts:
            kill = self.left.pop(0)
            assert self.accidents is not None
            time.sleep(kill.delay)
            self.accidents.strike(kill.target, down=kill.down)
            self.done.append(kill.target.value)
            self.say(f"killed {kill.target.value} after {acts} acts, down for {kill.down:.1f} s")


def lived_through(acts: list[tuple[Flow, str]], storm: Storm, chance: random.Random) -> None:
    calls = PartnerCalls(storm.sides.pki, storm.sides.port)
    late = Latecomers(chance)
    for rank, (flow, act) in enumerate(acts):
        storm.pass_over(rank)
        late.await_one(flow)
        if act == "request" and flow.rank % LATE_EVERY == 0:
            late.begin(flow)
        elif act in ACTS:
            persist(lambda flow=flow, act=act: ACTS[act](flow))  # type: ignore[misc]
        else:
            persist(lambda flow=flow, act=act: calls.do(act, flow))  # type: ignore[misc]
    late.await_all()
    storm.pass_over(len(acts))


def persist(act: Callable[[], None]) -> None:
    """Do it again while a server is down: the acts are written so that twice is once."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except (DatabaseError, InterfaceError, OSError) as problem:
            connection.close()
            if time.monotonic() > deadline:
                raise AssertionError(f"an act found no server: {type(problem).__name__}") from problem
            time.sleep(0.2)


class Latecomers:
    """Requests whose transaction stays open while others commit: their events are numbered first and seen last."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.under_way: dict[int, threading.Thread] = {}
        self.flows: dict[int, Flow] = {}

    def begin(self, flow: Flow) -> None:
        lateness = self.chance.uniform(0.5, LONGEST_LATENESS_SECONDS)
        thread = threading.Thread(target=self._commit_late, args=(flow, lateness), daemon=True)
        self.under_way[flow.rank], self.flows[flow.rank] = thread, flow
        thread.start()

    def _commit_late(self, flow: Flow, lateness: float) -> None:
        # A server killed meanwhile takes the transaction with it: the request is made again.
        with contextlib.suppress(DatabaseError, InterfaceError, OSError), transaction.atomic():
            ACTS["request"](flow)
            time.sleep(lateness)
        connection.close()

    def await_one(self, flow: Flow) -> None:
        thread = self.under_way.pop(flow.rank, None)
        if thread is None:
            return
        thread.join()
        persist(lambda: ACTS["request"](flow))

    def await_all(self) -> None:
        for rank in list(self.under_way):
            self.await_one(self.flows[rank])


def wait_for_rest(crowd: list[Flow], say: Say) -> float:
    """Seconds until nothing is left to send or read."""
    started = time.monotonic()
    while True:
        with contextlib.suppress(DatabaseError, InterfaceError):
            left = at_rest(crowd)
            if not left:
                return time.monotonic() - started
            if time.monotonic() - started > REST_SECONDS:
                raise AssertionError(f"not at rest after {REST_SECONDS} s: {left}")
        connection.close()
        time.sleep(1)
