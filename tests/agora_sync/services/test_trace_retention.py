"""Months whose time is over go by the owner, and the chain still tells a lawful removal from another."""

# ruff: noqa: S608 - the statements are made of this test’s own numbers

from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agora_sync.enums import CaseKind, Direction, HoldKind, TraceKind
from agora_sync.evidence.removals import RemovedMonth, first_instant
from agora_sync.models import Trace, TraceHold, TraceRemoval
from agora_sync.selectors.retention import longest_duration, months_of_traces, standing_of_month
from agora_sync.services.cases import open_case
from agora_sync.services.seal_verification import ChainBroken, verify_traces
from agora_sync.services.sealing import seal_traces
from agora_sync.services.trace_retention import MonthKept, remove_month
from agora_sync.services.traces import record_trace
from tests.agora_sync.services.test_sealing import AT_ONCE, changed
from tests.support.databases import as_owner, owner_url
from tests.support.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

OLD, OLDER = date(2020, 3, 1), date(2020, 2, 1)
ROWS_PER_SEAL = 3


@pytest.fixture(autouse=True)
def own_register(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def old_months() -> Iterator[None]:
    """Partitions of two months long over; what is left of them goes at the end."""
    made = [
        f"CREATE TABLE partitions.agora_sync_trace_{month:%Y_%m} PARTITION OF agora_sync_trace "
        f"FOR VALUES FROM ('{month}') TO ('{following}')"
        for month, following in ((OLDER, OLD), (OLD, date(2020, 4, 1)))
    ]
    gone = "; ".join(f"DROP TABLE IF EXISTS partitions.agora_sync_trace_{m:%Y_%m}" for m in (OLDER, OLD))
    with as_owner(*made, undone_by=gone):
        yield
        connection.close()


@pytest.fixture
def by_owner() -> Iterator[None]:
    """The command connects as the owner of the database (manage.py)."""
    owner = urlsplit(owner_url(connection.settings_dict["NAME"]))
    ours = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(USER=owner.username, PASSWORD=owner.password)
    yield
    connection.close()
    connection.settings_dict.update(ours)


def add_traces(count: int, month: date | None = None) -> list[int]:
    """As they would have been written in that month."""
    for rank in range(count):
        record_trace(
            kind=TraceKind.REQUEST_RECEIVED,
            direction=Direction.INCOMING,
            exchange_id=uuid4(),
            content=f"<message>{rank}</message>".encode(),
        )
    ids = list(Trace.objects.order_by("-id").values_list("id", flat=True)[:count])[::-1]
    if month:
        instant = f"'{month:%Y-%m}-15T10:00:00Z'::timestamptz + id * interval '1 second'"
        changed(f"UPDATE agora_sync_trace SET at = {instant} WHERE id IN ({', '.join(map(str, ids))})")
    return ids


def seal() -> int:
    return seal_traces(margin=AT_ONCE, rows_per_seal=ROWS_PER_SEAL)


def finding() -> str:
    with pytest.raises(ChainBroken) as fault:
        verify_traces()
    return str(fault.value)


def hold(**fields: Any) -> TraceHold:
    given = {
        "kind": HoldKind.LITIGATION,
        "reason": "Instance devant le tribunal",
        "first_day": OLD,
        "last_day": OLD,
        "placed_by": UserFactory(),
    }
    return TraceHold.objects.create(**{**given, **fields})


def test_month_removed_leaves_a_chain_that_holds_and_says_so(by_owner: None) -> None:
    add_traces(4, OLD)
    add_traces(3)
    seal()
    out = StringIO()

    call_command("remove_trace_months", "--apply", stdout=out)
    call_command("verify_traces", stdout=out)

    assert Trace.objects.count() == 3
    assert months_of_traces()[0] > OLD
    report = verify_traces()
    assert (report.sealed, report.removed, report.removed_months) == (3, 4, [OLDER, OLD])
    assert "03/2020\t4 traces\t12 mois. " in out.getvalue()
    assert "4 traces retirées dans les règles" in out.getvalue()


def test_months_are_named_and_kept_without_apply(by_owner: None) -> None:
    add_traces(1, OLD)
    seal()
    out = StringIO()

    call_command("remove_trace_months", stdout=out)

    assert "03/2020\t1 traces" in out.getvalue()
    assert "à blanc" in out.getvalue()
    assert Trace.objects.count() == 1
    assert not TraceRemoval.objects.exists()


def test_month_is_kept_by_its_duration_a_hold_an_open_case_and_a_missing_seal() -> None:
    ids = add_traces(1, OLD)
    key = str(Trace.objects.get(pk=ids[0]).exchange_id)

    assert standing_of_month(OLD, date(2021, 3, 31)).held_by == "conservé jusqu’au 01/04/2021"
    assert standing_of_month(OLD, date(2021, 4, 1)).held_by == "traces pas encore scellées"
    seal()
    assert standing_of_month(OLD, date(2021, 4, 1)).held_by == ""
    agent = UserFactory(is_staff=True, cdc=True)
    case = open_case(
        user=agent, reference="AFF-1", kind=CaseKind.FRAUD, reason="x", requester="x", designation="x",
        requested_on=timezone.localdate(), keys=[key],
    )  # fmt: skip
    assert standing_of_month(OLD, date(2021, 4, 1)).held_by == "affaire ouverte : AFF-1"
    held = hold()
    with pytest.raises(MonthKept, match="retenue : Litige du 01/03/2020"):
        remove_month(month=OLD, today=timezone.localdate())
    TraceHold.objects.filter(pk=held.pk).update(lifted_by=agent, lifted_at=timezone.now())
    type(case).objects.update(closed_by=agent, closed_at=timezone.now())
    assert standing_of_month(OLD, date(2021, 4, 1)).held_by == ""


def test_longest_lawful_duration_wins() -> None:
    today = timezone.localdate()

    assert longest_duration([TraceKind.VECTOR_CREATED], today).number == 12
    assert "Convention" in longest_duration([TraceKind.VECTOR_CREATED], today).source


def test_month_of_a_broken_chain_is_not_removed() -> None:
    ids = add_traces(2, OLD)
    seal()
    changed(f"DELETE FROM agora_sync_trace WHERE id = {ids[0]}")

    with pytest.raises(ChainBroken, match=f"la trace {ids[0]} "):
        remove_month(month=OLD, today=timezone.localdate())
    assert not TraceRemoval.objects.exists()


def test_month_detached_by_the_owner_alone_is_a_fault() -> None:
    ids = add_traces(2, OLD)
    seal()

    with as_owner("ALTER TABLE agora_sync_trace DETACH PARTITION partitions.agora_sync_trace_2020_03"):
        assert f"la trace {ids[0]} du " in finding()
    assert "a été retirée" in finding()


def test_removal_made_up_by_the_owner_excuses_nothing() -> None:
    add_traces(2, OLD)
    seal()
    made_up = (
        "INSERT INTO agora_sync_traceremoval (month, rows, ground, removed_at, key_id, signature) "
        f"VALUES ('{OLD}', 2, '12 mois', now(), 'x', repeat('0', 128))"
    )

    with as_owner(
        "ALTER TABLE agora_sync_trace DETACH PARTITION partitions.agora_sync_trace_2020_03", made_up
    ):
        assert "le retrait du mois 03/2020 n’est pas signé par le portail" in finding()


def signed_removal(
    month: date, rows: int, removed_at: datetime | None = None, written: dict[str, Any] | None = None
) -> None:
    """`written`: what the row says otherwise than what was signed."""
    said = RemovedMonth(month, rows, "12 mois", removed_at or timezone.now())
    key_id, signature = said.signed()
    given = {"month": month, "rows": rows, "ground": said.ground, "removed_at": said.removed_at}
    TraceRemoval.objects.create(**{**given, **(written or {})}, key_id=key_id, signature=signature)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"written": {"rows": 1}}, "n’est pas signé"),
        ({"removed_at": first_instant(date(2020, 9, 1))}, "avant la fin de sa durée"),
        ({"rows": 3}, "dit 3 traces, les sceaux 2"),
    ],
    ids=["changed after", "too early", "other count"],
)
def test_removal_that_is_not_as_it_should_be_is_named(fields: dict[str, Any], said: str) -> None:
    add_traces(2, OLD)
    seal()

    signed_removal(**{"month": OLD, "rows": 2, **fields})

    assert said in finding()


def test_removal_despite_a_hold_is_named() -> None:
    add_traces(1, OLD)
    seal()
    hold()

    signed_removal(OLD, 1)

    assert "malgré une retenue" in finding()


def test_row_removed_or_added_beside_a_lawful_removal_is_still_named(by_owner: None) -> None:
    add_traces(2, OLD)
    ids = add_traces(2)
    seal()
    remove_month(month=OLD, today=timezone.localdate())

    changed(f"DELETE FROM agora_sync_trace WHERE id = {ids[0]}")

    assert f"la trace {ids[0]} " in finding()


def test_removal_killed_before_the_partition_went_is_sound_and_taken_up_again(by_owner: None) -> None:
    ids = add_traces(2, OLD)
    seal()
    signed_removal(OLD, 2)

    assert verify_traces().sealed == 2
    changed(f"UPDATE agora_sync_trace SET http_status = 200 WHERE id = {ids[1]}")
    assert f"la trace {ids[1]} " in finding()
    remove_month(month=OLD, today=timezone.localdate())
    assert verify_traces().removed == 2


# What the database refuses by itself ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guard", "fields"),
    [
        ("agora_hold_kind_known", {"kind": "curiosity"}),
        ("agora_hold_says_why", {"reason": ""}),
        ("agora_hold_days_in_order", {"last_day": OLDER}),
        ("agora_hold_lifting_whole", {"lifted_at": timezone.now()}),
    ],
    ids=["kind", "reason", "days", "lifting"],
)
def test_hold_that_does_not_say_all_is_refused(guard: str, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=guard):
        hold(**fields)


def test_hold_is_lifted_once_and_never_rewritten_nor_deleted() -> None:
    held = hold()
    TraceHold.objects.update(lifted_by=held.placed_by, lifted_at=timezone.now())

    for changes in ({"reason": "autre"}, {"lifted_by": None, "lifted_at": None}):
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            TraceHold.objects.update(**changes)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        held.delete()


def test_month_is_removed_once() -> None:
    signed_removal(OLD, 1)

    with pytest.raises(IntegrityError):
        signed_removal(OLD, 1)
