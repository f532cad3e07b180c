"""Rows written and read by statements built once, beside what Django writes and reads."""

import contextlib

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.transaction import TransactionManagementError

from accounts.models import AccessLogEntry, Holder, HolderNIR
from cpa_portal.kernel.database.prepared import prepared
from cpa_portal.kernel.database.rows import (
    first_row,
    gathered,
    insert_later,
    insert_rows,
    insert_unless_taken,
)
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db


def entry(holder: Holder, **changes: object) -> AccessLogEntry:
    given: dict[str, object] = {
        "holder": holder, "partner": "Région 100 %", "purpose": "Contrôle", "what": "Dossiers", **changes
    }  # fmt: skip
    return AccessLogEntry(**given)


def test_rows_inserted_together_read_back_as_they_were_made() -> None:
    holder = HolderFactory()

    insert_rows(entry(holder, actor_roles=["admin", "dpo"]), entry(holder, what="Soldes"))

    first, second = AccessLogEntry.objects.filter(holder=holder).order_by("what")
    assert (first.partner, first.actor_roles, second.what) == ("Région 100 %", ["admin", "dpo"], "Soldes")
    # Given by the database, as in an insertion by Django.
    assert first.at == second.at
    assert first.pk != second.pk


def test_rows_of_which_one_is_refused_are_all_refused() -> None:
    holder = HolderFactory()

    with pytest.raises(DatabaseError), transaction.atomic():
        insert_rows(entry(holder), entry(holder, partner=""))

    assert not AccessLogEntry.objects.filter(holder=holder).exists()


def test_no_row_is_no_statement(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        insert_rows()


def test_statement_is_kept_prepared_by_its_connection() -> None:
    with prepared("SELECT 'kept by this connection', %s::int", [1]):
        pass

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%kept by this%'")
        assert cursor.fetchone() == (1,)


def test_row_put_off_leaves_with_the_next_ones_in_one_statement(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    holder = HolderFactory()

    with django_assert_num_queries(1), gathered():
        insert_later(entry(holder, what="Soldes"))
        insert_rows(entry(holder, what="Dossiers"))

    assert AccessLogEntry.objects.filter(holder=holder).count() == 2


def test_row_put_off_with_nothing_after_leaves_at_the_end() -> None:
    holder = HolderFactory()

    with gathered():
        insert_later(entry(holder))
        before = AccessLogEntry.objects.filter(holder=holder).exists()

    assert not before
    assert AccessLogEntry.objects.filter(holder=holder).count() == 1


def test_row_put_off_in_a_block_that_fails_is_forgotten_with_it_alone() -> None:
    holder = HolderFactory()

    with gathered():
        insert_later(entry(holder, what="Dehors"))
        with contextlib.suppress(LookupError), transaction.atomic(), gathered():
            insert_later(entry(holder, what="Dedans"))
            raise LookupError

    assert AccessLogEntry.objects.get(holder=holder).what == "Dehors"


def test_row_put_off_where_nothing_is_gathered_is_inserted_at_once() -> None:
    holder = HolderFactory()

    insert_later(entry(holder))

    assert AccessLogEntry.objects.filter(holder=holder).count() == 1


def test_rows_that_go_with_one_already_there_are_not_inserted() -> None:
    holder = HolderFactory()
    known = holder.nirs.get()
    again = HolderNIR(holder=holder, nir=known.nir, nir_hash=known.nir_hash, since=known.since)

    inserted = insert_unless_taken(again, entry(holder))

    assert not inserted
    assert not AccessLogEntry.objects.filter(holder=holder).exists()


def test_rows_that_go_with_a_free_one_are_inserted_as_they_were_made() -> None:
    holder = HolderFactory()
    known = holder.nirs.get()
    known_again = HolderNIR(holder=holder, nir=known.nir, nir_hash=known.nir_hash, since=known.since)
    HolderNIR.objects.filter(holder=holder).delete()

    inserted = insert_unless_taken(
        known_again, entry(holder, actor_roles=["dpo"]), entry(holder, what="Soldes")
    )

    assert inserted
    first, second = AccessLogEntry.objects.filter(holder=holder).order_by("what")
    assert (first.partner, first.actor_roles, second.what) == ("Région 100 %", ["dpo"], "Soldes")


def test_row_already_there_is_left_and_told() -> None:
    holder = HolderFactory()
    known = holder.nirs.get()
    again = HolderNIR(holder=holder, nir=known.nir, nir_hash=known.nir_hash, since=known.since)

    inserted = insert_unless_taken(again)

    assert not inserted
    assert holder.nirs.count() == 1


def test_row_that_nobody_has_is_inserted_encrypted() -> None:
    holder, other = HolderFactory(), HolderFactory()
    known = other.nirs.get()
    HolderNIR.objects.filter(holder__in=[holder, other]).delete()

    inserted = insert_unless_taken(
        HolderNIR(holder=holder, nir=known.nir, nir_hash=known.nir_hash, since=known.since)
    )

    assert inserted
    assert str(holder.nirs.get(nir_hash=known.nir_hash).nir) == str(known.nir)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nir FROM accounts_holdernir WHERE nir_hash = %s", [known.nir_hash])
        assert str(known.nir) not in cursor.fetchone()[0]


def test_first_row_is_the_object_that_django_reads() -> None:
    holder = HolderFactory()
    nir = holder.nirs.get()

    found = first_row(HolderNIR, "nir_hash = %s", [nir.nir_hash])

    assert found is not None
    assert {field.attname: getattr(found, field.attname) for field in HolderNIR._meta.concrete_fields} == {
        field.attname: getattr(nir, field.attname) for field in HolderNIR._meta.concrete_fields
    }
    assert first_row(HolderNIR, "nir_hash = %s", ["nobody"]) is None


def test_transaction_that_failed_runs_nothing_more() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        cursor = prepared("SELECT 1", [])

        with pytest.raises(TransactionManagementError):
            cursor.__enter__()
