"""The proof of the ledger: silent on what the services wrote, loud on what somebody forced in as the owner."""

from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from rights.enums import EntryKind, PointsUse, Scheme
from rights.selectors.ledger_checks import CHECKS, RECOMPUTED, ledger_discrepancies
from rights.services.corrections import record_undue_sum, reverse_entry
from rights.services.ledger import post_entry
from rights.services.points import request_points
from rights.services.training_files import cancel_training_file, request_training_file
from tests.support.databases import owner_url
from tests.support.factories.rights import (
    REQUEST_DAY,
    CounterFactory,
    RequestableSessionFactory,
    TrainingFileFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)

BALANCE, NEGATIVE, CHAIN, KEYS, PERSON, RESERVED, FED, OPPOSITE, UNDUE, POINTS, DERIVATION = CHECKS


@pytest.fixture
def ledger():
    """Two counters with a live request, a cancelled one and an opening."""
    counter = CounterFactory(balance=5_000_00)
    CounterFactory(balance=100_00)
    first, _ = (
        request_training_file(
            key=uuid4(), holder=counter.holder, session=RequestableSessionFactory(), today=REQUEST_DAY
        )
        for _ in range(2)
    )
    cancel_training_file(training_file_id=first.pk, today=REQUEST_DAY)
    return counter


def forced(statement, *values):
    """Run as the owner with the triggers lifted: what a dishonest administrator could do."""
    with psycopg.connect(owner_url(connection.settings_dict["NAME"]), autocommit=True) as owner:
        tables = ("rights_entry", "rights_entrykey", "rights_counter", "rights_trainingfile")
        tables += ("rights_unduesum", "rights_pointsrequest")
        for table in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        owner.execute(statement, values)
        for table in tables:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def rules_broken():
    return {discrepancy.rule for discrepancy in ledger_discrepancies()}


def test_verify_ledger_on_what_the_services_wrote_finds_nothing(ledger, capsys):
    call_command("verify_ledger")

    assert capsys.readouterr().out.startswith("verify_ledger : aucun écart, 2 compteurs, 5 écritures")


@pytest.mark.parametrize(
    ("tampering", "rules"),
    [
        ("UPDATE rights_counter SET balance = balance + 1 WHERE id = %s", {BALANCE}),
        ("UPDATE rights_counter SET reserved = reserved + 1 WHERE id = %s", {BALANCE}),
        ("UPDATE rights_counter SET last_position = 9 WHERE id = %s", {BALANCE}),
        (
            "UPDATE rights_entry SET amount = amount + 1 WHERE counter_id = %s AND position = 1",
            {BALANCE, CHAIN},
        ),
        (
            "UPDATE rights_entry SET balance_after = -1 WHERE counter_id = %s AND position = 1",
            {NEGATIVE, CHAIN},
        ),
        ("DELETE FROM rights_entry WHERE counter_id = %s AND position = 2", {BALANCE, CHAIN, KEYS, RESERVED}),
        ("UPDATE rights_entry SET key = 'autre' WHERE counter_id = %s AND position = 1", {KEYS}),
        ("DELETE FROM rights_entrykey WHERE counter_id = %s AND position = 3", {KEYS}),
        (
            "UPDATE rights_entry SET derivation = jsonb_set(derivation, '{steps,-1,amount}', '1') "
            "WHERE counter_id = %s AND position = 2",
            {DERIVATION, RECOMPUTED},
        ),
        (
            "UPDATE rights_entry SET derivation = jsonb_set(derivation, '{steps,2,amount}', '1') "
            "WHERE counter_id = %s AND position = 2",
            {RECOMPUTED},
        ),
        (
            "INSERT INTO rights_yearlyfeeding (counter_id, year, part, posted, balance_before, rounds) "
            "VALUES (%s, 2024, 'work', 50000, 0, 1)",
            {FED},
        ),
        (
            "UPDATE rights_trainingfile SET state = 'cancelled' WHERE state = 'requested' AND holder_id = "
            "(SELECT holder_id FROM rights_counter WHERE id = %s)",
            {RESERVED},
        ),
    ],
)
def test_verify_ledger_on_a_forced_change_names_the_rule(ledger, tampering, rules):
    forced(tampering, ledger.pk)

    assert rules_broken() == rules


@pytest.mark.parametrize(
    ("tampering", "rules"),
    [
        (
            "UPDATE rights_entry SET amount = amount - 1 WHERE key LIKE 'reverse:%%' AND counter_id <> %s",
            {OPPOSITE, BALANCE, CHAIN},
        ),
        ("UPDATE rights_unduesum SET amount_cents = 1 WHERE id <> %s", {UNDUE}),
        ("UPDATE rights_pointsrequest SET points = points + 1 WHERE points <> %s", {POINTS}),
    ],
    ids=["opposite entry", "undue sum", "points"],
)
def test_verify_ledger_on_a_forced_change_of_what_ended_names_the_rule(tampering, rules):
    counter = CounterFactory(balance=500_00)
    mistaken = post_entry(
        counter=counter, kind=EntryKind.DEBIT, amount=-10_00, value_date=REQUEST_DAY, label="Formation",
        source="Essai", key="mistaken",
    )  # fmt: skip
    reverse_entry(entry=mistaken, value_date=REQUEST_DAY, reason="Erreur", source="Essai")
    record_undue_sum(
        holder=counter.holder, amount_cents=50_00, reason="Essai", reference="D1", ordered_on=REQUEST_DAY
    )
    CounterFactory(holder=counter.holder, scheme=Scheme.C2P, balance=30)
    request_points(key=uuid4(), holder=counter.holder, use=PointsUse.TRAINING, points=3, today=REQUEST_DAY)
    before = rules_broken()

    forced(tampering, 0)

    assert (before, rules_broken()) == (set(), rules)


def test_verify_ledger_on_an_entry_moved_to_the_file_of_another_names_the_rule(ledger):
    theirs = TrainingFileFactory()
    forced(
        "UPDATE rights_entry SET training_file_id = %s WHERE counter_id = %s AND kind = 'hold' AND position = 3",
        theirs.pk,
        ledger.pk,
    )

    assert PERSON in rules_broken()


def test_verify_ledger_with_something_wrong_ends_with_one(ledger, capsys):
    forced("UPDATE rights_counter SET balance = balance + 1 WHERE id = %s", ledger.pk)

    with pytest.raises(SystemExit) as stopped:
        call_command("verify_ledger")

    errors = capsys.readouterr().err
    assert stopped.value.code == 1
    assert f"compteur {ledger.pk} :" in errors
    assert "1 écarts" in errors
