"""What the owner of the database may still try: seals rewritten, months moved, rows repeated, the register trimmed."""

# ruff: noqa: S608 - the statements are made of this test's own numbers

from collections.abc import Callable
from typing import Any

import pytest

from agora_sync.models import TraceSeal
from agora_sync.services.seal_verification import ChainBroken, ChainReport, verify_traces
from agora_sync.services.sealing import register_of_heads
from tests.agora_sync.services.test_sealing import (
    COLUMNS,
    add_traces,
    changed,
    own_register,
    seal,
)
from tests.support.databases import as_owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures(own_register.__name__)]


def finding() -> str:
    with pytest.raises(ChainBroken) as fault:
        verify_traces(patience_seconds=0)
    return str(fault.value)


@pytest.mark.parametrize(
    "change",
    [
        "rows = rows + 1",
        "at = at - interval '1 day'",
        "from_at = from_at + interval '1 microsecond'",
        "to_at = to_at + interval '1 microsecond'",
        "key_id = 'another'",
        "digest = repeat('a', 64)",
        "previous_digest = repeat('b', 64)",
        "entries = substring(entries for 48)",
    ],
    ids=lambda change: change.split()[0],
)
def test_seal_whose_column_was_rewritten_is_named(change: str) -> None:
    add_traces(7)
    seal()
    changed(f"UPDATE agora_sync_traceseal SET {change} WHERE number = 2", table="agora_sync_traceseal")

    assert "le sceau 2 " in finding()


def test_two_seals_that_changed_places_are_named() -> None:
    add_traces(6)
    seal()
    changed(
        "UPDATE agora_sync_traceseal SET number = 9 WHERE number = 1",
        "UPDATE agora_sync_traceseal SET number = 1 WHERE number = 2",
        "UPDATE agora_sync_traceseal SET number = 2 WHERE number = 9",
        table="agora_sync_traceseal",
    )

    assert "le sceau 1 " in finding()


def test_end_removed_then_sealed_again_is_not_that_of_the_register() -> None:
    ids = add_traces(6)
    seal()
    changed(f"DELETE FROM agora_sync_trace WHERE id = {ids[5]}")
    changed("DELETE FROM agora_sync_traceseal WHERE number = 2", table="agora_sync_traceseal")
    seal()

    assert "le sceau 2 n’est pas celui du registre des têtes" in finding()


def test_row_moved_to_another_month_is_named() -> None:
    ids = add_traces(3)
    seal()
    changed(f"UPDATE agora_sync_trace SET at = at + interval '1 month' WHERE id = {ids[1]}")

    assert f"la trace {ids[1]} " in finding()


def test_clock_of_every_row_moved_is_named() -> None:
    ids = add_traces(3)
    seal()
    changed("UPDATE agora_sync_trace SET at = at - interval '1 hour'")

    assert f"la trace {ids[0]} " in finding()


def test_key_of_a_row_changed_is_named() -> None:
    ids = add_traces(3)
    seal()
    changed(f"UPDATE agora_sync_trace SET id = 90000 WHERE id = {ids[1]}")

    assert f"la trace {ids[1]} " in finding()


@pytest.mark.parametrize(
    "change",
    ["exchange_id = gen_random_uuid()", "vector_id = '_autre'", "code = ''", "kind = 'answer_sent'"],
    ids=lambda change: change.split()[0],
)
def test_column_rewritten_is_named_sealed_or_not(change: str) -> None:
    ids = add_traces(2)
    changed(f"UPDATE agora_sync_trace SET {change} WHERE id = {ids[1]}")

    before = finding()
    seal()

    assert f"la trace {ids[1]} " in before
    assert f"la trace {ids[1]} " in finding()


def test_digest_given_to_two_rows_is_named() -> None:
    ids = add_traces(3)
    seal()
    columns = ", ".join(f"{name} = elder.{name}" for name in COLUMNS.split(", "))
    changed(
        f"UPDATE agora_sync_trace t SET {columns} FROM agora_sync_trace elder "
        f"WHERE t.id = {ids[2]} AND elder.id = {ids[0]}"
    )

    assert f"la trace {ids[2]} " in finding()


def test_current_month_detached_is_named() -> None:
    ids = add_traces(2)
    seal()
    attach = (
        "DO $$ DECLARE month text := to_char(now() AT TIME ZONE 'UTC', '_YYYY_MM'); "
        "since date := date_trunc('month', now() AT TIME ZONE 'UTC')::date; BEGIN EXECUTE format('{}', month"
    )
    detached = attach.format("ALTER TABLE agora_sync_trace DETACH PARTITION partitions.agora_sync_trace%s")
    back = attach.format(
        "ALTER TABLE agora_sync_trace ATTACH PARTITION partitions.agora_sync_trace%s FOR VALUES FROM (%L) TO (%L)"
    )

    with as_owner(
        f"{detached}); END $$", undone_by=f"{back}, since, (since + interval '1 month')::date); END $$"
    ):
        assert f"la trace {ids[0]} " in finding()


# The register --------------------------------------------------------------------------------------------------------


def lines() -> list[str]:
    return register_of_heads().read_text().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("trimmed", "said"),
    [
        (lambda kept: kept[:-1], "ne connaît pas le sceau 3"),
        (lambda kept: kept[1:], "ne connaît pas le sceau 1"),
        (lambda kept: [kept[0], kept[2]], "ne connaît pas le sceau 2"),
        (lambda kept: [], "ne connaît pas le sceau 1"),
        (
            lambda kept: [*kept, kept[-1].replace('"number": 3', '"number": 4')],
            "la fin a été retirée : sceau 4",
        ),
    ],
    ids=["end", "beginning", "middle", "all", "one more"],
)
def test_register_trimmed_is_named(trimmed: Callable[[list[str]], list[str]], said: str) -> None:
    add_traces(9)
    seal()
    register_of_heads().write_text("".join(trimmed(lines())))

    assert said in finding()


def test_seals_made_while_the_chain_is_read_are_no_fault() -> None:
    add_traces(4)
    seal()

    def meanwhile(report: ChainReport) -> None:
        if report.seals == 1:
            add_traces(4)
            seal()

    assert verify_traces(progress=meanwhile).seals == TraceSeal.objects.count() == 4


def test_register_that_learns_of_a_seal_a_moment_later_is_waited_for(monkeypatch: Any) -> None:
    add_traces(6)
    seal()
    whole = lines()
    register_of_heads().write_text(whole[0])

    # The moment between a seal and its line: what was waited for is written by the wait itself.
    monkeypatch.setattr(
        "agora_sync.services.seal_verification.time.sleep",
        lambda _: register_of_heads().write_text("".join(whole)),
    )

    assert verify_traces().sealed == 6
