"""What must hold once nothing travels any more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter as Tally
from collections.abc import Callable

from django.db.models import Count, F

from accounts.services.holders import find_holder_by_nir
from agora_sync.contract import Operation
from agora_sync.enums import ExchangeState
from agora_sync.mapping.events import TOLD
from agora_sync.models import Exchange, FileDeclaration, HolderPull, ReceivedRequest
from agora_sync.provider.operations.files import state_of
from agora_sync.selectors.journal import TOLD_EVENTS
from rights.enums import EventOrigin, FileOrigin
from rights.models import JournalEvent, TrainingFile
from rights.selectors.journal import events_for_agora
from rights.selectors.ledger_checks import ledger_discrepancies
from tests.chaos.flows_people import ENDS, FROM_AGORA, NEW_PRICE_CENTS, Course, Flow
from tests.chaos.flows_servers import Sides
from tests.support.agora_listener import on_database
from tests.support.databases import ROOT

GIVEN_UP = (Course.CANCELLED, Course.REFUSED)
PRICED = (Course.FIRM, Course.ENTERED, Course.LEFT)


def at_rest(crowd: list[Flow]) -> str:
    """What is still to be sent or read; empty when nothing is."""
    unopened = events_for_agora().filter(TOLD_EVENTS, exchanges__isnull=True).count()
    pending = Exchange.objects.filter(state=ExchangeState.PENDING, event__isnull=False).count()
    # Each person who came to look was read since.
    unread = (
        HolderPull.objects.filter(requested_at__isnull=False)
        .exclude(pulled_at__gte=F("requested_at"))
        .count()
    )
    left = {"events": unopened, "exchanges": pending, "readings": unread}
    return ", ".join(f"{count} {what}" for what, count in left.items() if count)


def check(crowd: list[Flow], sides: Sides, say: Callable[[str], object]) -> None:
    """Raise AssertionError with the first thing that is wrong."""
    here = {flow.rank: file_here(flow) for flow in crowd}
    check_exchanges()
    overtaken = overtaken_events()
    with on_database(sides.agora):
        for flow in crowd:
            check_there(flow, here[flow.rank])
        check_once_there()
    say(f"{overtaken} events committed after later ones had been relayed, all told")
    for role in ("portal", "provider"):
        done = subprocess.run(
            [sys.executable, "manage.py", "verify_traces"], cwd=ROOT, capture_output=True, text=True,
            env={**os.environ, **sides.environment(role)}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"verify_traces ({role}): {done.stdout[-300:]}{done.stderr[-300:]}"
        say(f"{role}: {done.stdout.strip()}")


def file_here(flow: Flow) -> TrainingFile:
    """The flow's one file on the portal, in the state that its course leads to."""
    files = list(TrainingFile.objects.filter(holder=flow.holder))
    assert len(files) == 1, f"flow {flow.rank} ({flow.course}): {len(files)} files on the portal"
    (file,) = files
    state = ENDS[flow.course][1]
    assert file.state == state, f"flow {flow.rank} ({flow.course}): {file.state} on the portal"
    origin = FileOrigin.AGORA if flow.course in FROM_AGORA else FileOrigin.PORTAL
    assert file.origin == origin, f"flow {flow.rank} ({flow.course}): origin {file.origin}"
    return file


def check_exchanges() -> None:
    """One exchange per event and operation, none refused, none about what came from AGORA; the ledger exact."""
    told = Exchange.objects.filter(event__isnull=False)
    states = Tally(told.values_list("state", flat=True))
    assert set(states) <= {"done", "abandoned"}, f"exchanges {dict(states)}: {_first_wrong()}"
    back = told.filter(event__origin=EventOrigin.AGORA) | told.filter(training_file__origin=FileOrigin.AGORA)
    assert not back.exists(), f"{back.count()} exchanges send back what came from AGORA"
    twice = told.values("event", "operation").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists(), "an event was told twice"
    wrong = list(ledger_discrepancies())
    assert not wrong, f"{len(wrong)} discrepancies of the ledger, first {wrong[0]}"


def _first_wrong() -> str:
    row = Exchange.objects.exclude(state__in=["done", "abandoned"]).filter(event__isnull=False).first()
    assert row is not None
    return f"{row.operation} {row.fault_code} {row.fault_label}"


def overtaken_events() -> int:
    """Events whose exchange was opened after that of an event with a greater number."""
    opened = Exchange.objects.filter(event__isnull=False, operation=Operation.CREATE_FILE).order_by(
        "event_id"
    )
    late, latest = 0, None
    for at in reversed(list(opened.values_list("created_at", flat=True))):
        late += latest is not None and at > latest
        latest = at if latest is None else min(latest, at)
    return late


def check_there(flow: Flow, here: TrainingFile) -> None:
    """AGORA's one file of that person: same number, state of the course, price and dates as told."""
    person = find_holder_by_nir(flow.nir)
    files = list(TrainingFile.objects.filter(holder=person))
    where = f"flow {flow.rank} ({flow.course})"
    if not files:
        # Given up before it left: AGORA never had to know.
        is_kept_here = flow.course in GIVEN_UP and here.agora_number is None
        assert is_kept_here, f"{where}: no file at AGORA"
        return
    assert len(files) == 1, f"{where}: {len(files)} files at AGORA"
    (there,) = files
    assert there.agora_number == here.agora_number, f"{where}: {here.agora_number} is {there.agora_number}"
    state = state_of(there)
    assert state == ENDS[flow.course][0], f"{where}: {state} at AGORA"
    assert there.entered_on == here.entered_on, f"{where}: entry {there.entered_on}, {here.entered_on} here"
    assert there.price_cents == here.price_cents, f"{where}: {there.price_cents}, {here.price_cents} here"
    assert flow.course not in PRICED or there.price_cents == NEW_PRICE_CENTS, f"{where}: price"


def check_once_there() -> None:
    """Nothing was declared twice, and the portal sent no file that a partner opened."""
    twice = (
        FileDeclaration.objects.exclude(operation=Operation.AMEND_FILE)
        .values("training_file", "operation")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    assert not twice.exists(), f"declared twice: {twice.first()}"
    events = JournalEvent.objects.filter(training_file__partner_code="partner")
    ours = ReceivedRequest.objects.filter(partner__code="portal", operation__in=_WRITES)
    sent_back = ours.filter(
        business_key__contains=":AG",
        business_key__regex="|".join(events.values_list("training_file__agora_number", flat=True)) or "^$",
    )
    assert not sent_back.exists(), f"{sent_back.count()} files of partners were written by the portal"


_WRITES = sorted({operation for operations in TOLD.values() for operation in operations})
