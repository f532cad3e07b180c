"""Who looked and who consented: added, never changed. The tests run as the running role."""

import pytest
from django.db import InternalError, OperationalError, ProgrammingError, connection, transaction

from accounts.models import AccessLogEntry, Consent, ConsentAct
from accounts.services.access_log import record_consultation
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db

REFUSALS = (ProgrammingError, InternalError, OperationalError)


@pytest.fixture
def written():
    holder = HolderFactory()
    record_consultation(actor=UserFactory(), holder=holder, purpose="Contrôle", what="Identité")
    Consent.objects.create(holder=holder, purpose="conseil", text_version="1", act=ConsentAct.GIVEN)


@pytest.mark.parametrize("table", ["accounts_accesslogentry", "accounts_consent"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET purpose = 'autre'",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "DROP TABLE {table}",
        "SELECT 1 FROM {table} FOR UPDATE",
    ],
)
def test_append_only_table_changed_by_the_running_role_is_refused(written, table, statement):
    with (
        pytest.raises(REFUSALS, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table=table))

    assert AccessLogEntry.objects.filter(purpose="Contrôle").count() == 1
    assert Consent.objects.filter(purpose="conseil").count() == 1


@pytest.mark.parametrize("setting", ["session_replication_role = replica", "role = postgres"])
def test_append_only_guard_lifted_by_a_session_setting_is_refused(written, setting):
    with pytest.raises(REFUSALS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET {setting}")


def test_access_log_month_reached_directly_is_refused(written):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'accounts_accesslogentry'::regclass AND c.relkind = 'r' LIMIT 1"
        )
        month = cursor.fetchone()[0]

    with (
        pytest.raises(REFUSALS, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {month}")  # noqa: S608
