"""Traces are sealed beside the exchange; whoever changes them, the owner of the database included, is named."""

# ruff: noqa: S608 - the statements are made of this test's own numbers

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from agora_sync.enums import Direction, TraceKind
from agora_sync.models import Partner, ServiceStop, Trace, TraceSeal
from agora_sync.provider.exchange import handle_call
from agora_sync.services.seal_verification import ChainBroken, verify_traces
from agora_sync.services.sealing import register_of_heads, seal_everything_written, seal_traces
from agora_sync.services.traces import record_trace
from cpa_portal.kernel.encryption import generate_secret
from tests.support.agora import Caller, create_request, read_fault
from tests.support.databases import as_owner, running_url
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = timedelta(0)
ROWS_PER_SEAL = 3


@pytest.fixture(autouse=True)
def own_register(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def add_traces(count: int) -> list[int]:
    for rank in range(count):
        record_trace(
            kind=TraceKind.REQUEST_RECEIVED,
            direction=Direction.INCOMING,
            exchange_id=uuid4(),
            content=f"<message>{rank}</message>".encode(),
        )
    return list(Trace.objects.order_by("at", "id").values_list("id", flat=True))


def seal() -> int:
    return seal_traces(margin=AT_ONCE, rows_per_seal=ROWS_PER_SEAL)


def changed(*statements: str, table: str = "agora_sync_trace") -> None:
    with as_owner(
        f"ALTER TABLE {table} DISABLE TRIGGER USER",
        *statements,
        undone_by=f"ALTER TABLE {table} ENABLE TRIGGER USER",
    ):
        pass


def finding() -> str:
    with pytest.raises(ChainBroken) as fault:
        verify_traces()
    return str(fault.value)


def test_seal_covers_every_trace_once_and_the_chain_holds() -> None:
    add_traces(7)

    assert seal() == 7
    assert seal() == 0
    add_traces(2)
    assert seal() == 2
    add_traces(1)

    report = verify_traces()
    assert (report.seals, report.sealed, report.pending) == (4, 9, 1)
    assert not ServiceStop.objects.exists()


def test_seal_command_seals_what_was_written_before_it_and_verify_command_says_so() -> None:
    add_traces(2)
    out = StringIO()

    call_command("seal_traces", stdout=out)
    call_command("verify_traces", stdout=out)

    assert "2 traces scellées" in out.getvalue()
    assert "rien n’a changé" in out.getvalue()


def test_traces_of_one_instant_are_never_cut_between_two_seals() -> None:
    add_traces(5)
    changed("UPDATE agora_sync_trace SET at = (SELECT min(at) FROM agora_sync_trace)")
    add_traces(1)

    assert seal() == 6
    assert list(TraceSeal.objects.order_by("number").values_list("rows", flat=True)) == [5, 1]
    assert verify_traces().sealed == 6


def test_changed_byte_names_the_trace() -> None:
    ids = add_traces(5)
    seal()
    changed(f"UPDATE agora_sync_trace SET content = set_byte(content, 3, 65) WHERE id = {ids[3]}")

    assert f"la trace {ids[3]} " in finding()
    assert "a été modifiée" in finding()


@pytest.mark.parametrize("column", ["partner_code", "sha256", "diagnostic", "operation"])
def test_changed_column_names_the_trace(column: str) -> None:
    ids = add_traces(4)
    seal()
    changed(f"UPDATE agora_sync_trace SET {column} = 'x' WHERE id = {ids[1]}")

    assert f"la trace {ids[1]} " in finding()


def test_deleted_row_names_the_trace() -> None:
    ids = add_traces(5)
    seal()
    changed(f"DELETE FROM agora_sync_trace WHERE id = {ids[2]}")

    assert f"la trace {ids[2]} " in finding()
    assert "a été retirée" in finding()


def test_first_of_several_faults_is_named() -> None:
    ids = add_traces(6)
    seal()
    changed(f"DELETE FROM agora_sync_trace WHERE id IN ({ids[1]}, {ids[5]})")

    assert f"la trace {ids[1]} " in finding()


def test_swapped_rows_are_named() -> None:
    first, second, third = add_traces(3)
    seal()
    changed(
        f"UPDATE agora_sync_trace SET id = CASE id WHEN {first} THEN {third} ELSE {first} END "
        f"WHERE id IN ({first}, {third})"
    )

    assert f"la trace {first} " in finding()
    assert f"a changé de place avec la trace {third}" in finding()
    assert str(second) not in finding().split()


def test_moved_instant_is_named() -> None:
    ids = add_traces(3)
    seal()
    changed(f"UPDATE agora_sync_trace SET at = at + interval '1 microsecond' WHERE id = {ids[0]}")

    assert f"la trace {ids[0]} " in finding()


def test_removed_tail_with_its_seals_is_named_by_the_register() -> None:
    ids = add_traces(6)
    seal()
    changed(f"DELETE FROM agora_sync_trace WHERE id IN ({', '.join(map(str, ids[3:]))})")
    changed("DELETE FROM agora_sync_traceseal WHERE number = 2", table="agora_sync_traceseal")

    assert f"la fin a été retirée : sceau 2 et suivants, à partir de la trace {ids[3]}" in finding()


def test_everything_removed_is_named_by_the_register() -> None:
    add_traces(2)
    seal()
    changed("DELETE FROM agora_sync_trace")
    changed("DELETE FROM agora_sync_traceseal", table="agora_sync_traceseal")

    assert "la fin a été retirée : sceau 1" in finding()


COLUMNS = (
    "kind, direction, exchange_id, request_id, partner_code, operation, http_status, content, content_length, sha256, "
    "diagnostic, code"
)


@pytest.mark.parametrize("is_sealed_place", [True, False])
def test_inserted_copy_with_its_right_digest_is_named(is_sealed_place: bool) -> None:
    ids = add_traces(4)
    seal()
    at = "at + interval '1 microsecond'" if is_sealed_place else "clock_timestamp()"
    changed(
        f"INSERT INTO agora_sync_trace (id, at, {COLUMNS}) SELECT 90000, {at}, {COLUMNS} "
        f"FROM agora_sync_trace WHERE id = {ids[0]}"
    )

    assert "la trace 90000 " in finding()


def test_inserted_row_made_up_with_a_right_looking_digest_is_named_before_and_after_the_next_seal() -> None:
    add_traces(1)
    changed(
        f"INSERT INTO agora_sync_trace ({COLUMNS}) VALUES ('request_received', 'incoming', gen_random_uuid(), NULL, "
        "'', '', NULL, 'x', 1, encode(sha256('x'), 'hex'), '', repeat('0', 73))"
    )
    made_up = Trace.objects.latest("id").pk

    before = finding()
    seal()

    assert f"la trace {made_up} n’a pas été écrite par le portail" in before
    assert f"la trace {made_up} n’a pas été écrite par le portail" in finding()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE agora_sync_traceseal SET entries = set_byte(entries, 20, 1) WHERE number = 2",
            "sceau 2 a été modifié",
        ),
        (
            "UPDATE agora_sync_traceseal SET signature = repeat('0', 128) WHERE number = 1",
            "sceau 1 a été modifié",
        ),
        ("DELETE FROM agora_sync_traceseal WHERE number = 1", "sceau 1 a été retiré"),
    ],
)
def test_seal_that_was_touched_is_named(statement: str, said: str) -> None:
    add_traces(6)
    seal()
    changed(statement.format("agora_sync_traceseal"), table="agora_sync_traceseal")

    assert said in finding()


def test_register_that_was_touched_or_lost_is_named() -> None:
    add_traces(1)
    seal()
    kept = register_of_heads().read_text()

    register_of_heads().write_text("illisible\n")
    assert "registre des têtes est illisible" in finding()
    register_of_heads().unlink()
    assert "registre des têtes" in finding()
    register_of_heads().write_text(kept)
    assert verify_traces(with_register=True).sealed == 1


def test_process_killed_before_the_register_was_written_catches_up() -> None:
    add_traces(4)
    seal()
    lines = register_of_heads().read_text().splitlines(keepends=True)
    register_of_heads().write_text("".join(lines[:1]))

    seal()

    assert register_of_heads().read_text().splitlines(keepends=True) == lines


def test_process_killed_anywhere_in_a_line_of_the_register_is_made_good() -> None:
    add_traces(4)
    seal()
    whole = register_of_heads().read_bytes()

    line_ends = [place for place, byte in enumerate(whole) if byte == ord("\n")]
    for length in (0, 1, *line_ends, *(end + 1 for end in line_ends), len(whole) - 2):
        register_of_heads().write_bytes(whole[:length])
        seal()
        assert register_of_heads().read_bytes() == whole, length


def test_torn_line_of_the_register_is_no_finding() -> None:
    add_traces(4)
    seal()
    with register_of_heads().open("a") as register:
        register.write('{"number": 3, "dig')

    assert verify_traces(with_register=True).sealed == 4


def test_broken_chain_stops_the_service_until_somebody_lifts_it(
    caller: Caller, partners: dict[str, Partner]
) -> None:
    ids = add_traces(2)
    seal()
    changed(f"UPDATE agora_sync_trace SET http_status = 200 WHERE id = {ids[0]}")

    with pytest.raises(CommandError, match="Le service est arrêté"):
        call_command("verify_traces", stdout=StringIO())

    fault = read_fault(handle_call(caller.call(create_request(HolderFactory()))).content)
    assert fault is not None
    assert fault.name == "ag:ServiceInterrompu"
    ServiceStop.objects.update(lifted_at=ServiceStop.objects.get().started_at)
    finding()
    assert handle_call(caller.call(create_request(HolderFactory()))).status == 200


def test_transaction_that_commits_late_is_sealed_where_it_began() -> None:
    add_traces(1)
    name = str(connections["default"].settings_dict["NAME"])
    with psycopg.connect(running_url(name)) as late:
        late.execute("SELECT now()")
        add_traces(1)

        assert seal() == 1

    assert seal() == 1
    assert verify_traces().sealed == 2


def test_two_sealers_at_once_seal_each_trace_once() -> None:
    add_traces(12)

    def one(_: int) -> int:
        try:
            return seal()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    seal()

    assert sum(TraceSeal.objects.values_list("rows", flat=True)) == 12
    assert verify_traces().sealed == 12


def test_chain_holds_after_the_keys_were_replaced(settings: Any) -> None:
    add_traces(2)
    seal()
    settings.FIELD_ENCRYPTION_KEYS = [generate_secret(), *settings.FIELD_ENCRYPTION_KEYS]
    add_traces(2)

    seal()

    assert verify_traces().sealed == 4


def test_exchange_of_the_provider_is_sealed_whole(caller: Caller, partners: dict[str, Partner]) -> None:
    handle_call(caller.call(create_request(HolderFactory())))

    seal_everything_written()

    assert verify_traces().pending == 0
    assert verify_traces().sealed == Trace.objects.count() == 2
