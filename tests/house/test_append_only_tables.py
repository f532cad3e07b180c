"""What was written stays written: the database refuses the running role whatever it tries."""

import re

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.utils import ProgrammingError

from cpa_portal.kernel.database import AppendOnlyModel
from cpa_portal.kernel.database.partitions import ensure_partitions
from cpa_portal.kernel.database.privileges import declared_privileges

pytestmark = pytest.mark.django_db

APPEND_ONLY = [model for model in apps.get_models() if issubclass(model, AppendOnlyModel)]
LOOKS_APPEND_ONLY = re.compile(r"entry$|journal|trace$|consent|access_?log|transition|history")
# An index rebuilt from the offer, a wish that ends: named so, and no record.
NO_RECORDS = {"catalog_searchentry", "cep_waitingentry"}


def names(model: type[models.Model]) -> str:
    return model._meta.db_table


def granted(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER',"
            "'MAINTAIN']) p "
            "WHERE has_table_privilege(%s, p)",
            [f'public."{table}"'],
        )
        return {row[0] for row in cursor.fetchall()}


def test_running_role_is_neither_superuser_nor_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        powers = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        owned = cursor.fetchone()[0]

    assert powers == (False, False, False)
    assert owned == 0


def test_every_table_grants_what_its_model_declares() -> None:
    for declared in declared_privileges():
        expected = {name.partition(" ")[0] for name in declared.granted}
        if declared.updatable_columns is not None:
            # Column by column, so not on the table as a whole.
            expected.discard("UPDATE")

        assert granted(declared.table) == expected, declared.table


def test_every_table_that_looks_like_a_record_is_append_only() -> None:
    looks = {names(m) for m in apps.get_models() if LOOKS_APPEND_ONLY.search(names(m))} - NO_RECORDS

    assert looks <= {names(m) for m in APPEND_ONLY}


def test_ledger_journal_traces_and_access_log_are_append_only() -> None:
    tables = {names(m) for m in APPEND_ONLY}

    assert {"rights_entry", "rights_journalevent", "agora_sync_trace", "accounts_accesslogentry"} <= tables


@pytest.mark.parametrize("model", APPEND_ONLY, ids=names)
def test_foreign_keys_of_append_only_tables_never_ask_for_a_change(model: type[models.Model]) -> None:
    allowed = {models.PROTECT, models.RESTRICT, models.DO_NOTHING}

    assert all(f.remote_field.on_delete in allowed for f in model._meta.concrete_fields if f.remote_field)


@pytest.mark.parametrize("model", APPEND_ONLY, ids=names)
@pytest.mark.parametrize(
    "attempt",
    [
        'UPDATE "{table}" SET "{key}" = "{key}"',
        'DELETE FROM "{table}"',
        'TRUNCATE "{table}"',
        'ALTER TABLE "{table}" DISABLE TRIGGER ALL',
        'DROP TRIGGER refuse_row_change ON "{table}"',
        "SET session_replication_role = replica",
        "SET ROLE cpa_owner",
    ],
)
def test_running_role_cannot_change_an_append_only_table(model: type[models.Model], attempt: str) -> None:
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attempt.format(table=names(model), key=model._meta.pk.column))

    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("model", APPEND_ONLY, ids=names)
def test_running_role_cannot_grant_itself_more(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT ALL ON "{names(model)}" TO current_user')

    assert granted(names(model)) == {"SELECT", "INSERT"}


@pytest.mark.parametrize("model", APPEND_ONLY, ids=names)
def test_append_only_table_has_triggers_that_refuse_even_its_owner(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'", [names(model)]
        )
        triggers = {row[0] for row in cursor.fetchall()}

    assert {"refuse_row_change", "refuse_truncate"} <= triggers


def test_running_role_may_not_use_the_schema_of_partitions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_schema_privilege('partitions', 'USAGE'), has_schema_privilege('public', 'CREATE')"
        )

        assert cursor.fetchone() == (False, False)


def test_running_role_makes_missing_partitions_through_the_function_only() -> None:
    made_again = ensure_partitions()

    assert made_again == 0
