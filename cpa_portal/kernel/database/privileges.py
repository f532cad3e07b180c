"""What the running role may do, table by table: the models are the only declaration."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from cpa_portal.kernel.database.append_only import AppendOnlyModel


@dataclass(frozen=True)
class TablePrivileges:
    table: str
    can_change: bool
    updatable_columns: tuple[str, ...] | None = None

    @property
    def granted(self) -> tuple[str, ...]:
        if not self.can_change:
            return ("SELECT", "INSERT")
        # MAINTAIN: an import measures what it has just filled (statistics.py), it does not wait for the autovacuum.
        if self.updatable_columns is None:
            return ("SELECT", "INSERT", "UPDATE", "DELETE", "MAINTAIN")
        columns = ", ".join(f'"{column}"' for column in self.updatable_columns)
        return ("SELECT", "INSERT", f"UPDATE ({columns})", "DELETE", "MAINTAIN")


def declared_privileges() -> Iterator[TablePrivileges]:
    """What the models say, one row per table."""
    seen = set()
    for model in apps.get_models(include_auto_created=True):
        options = model._meta
        if options.proxy or not options.managed or options.db_table in seen:
            continue
        seen.add(options.db_table)
        yield _privileges_of(model)


def _privileges_of(model: type[models.Model]) -> TablePrivileges:
    table = model._meta.db_table
    if issubclass(model, AppendOnlyModel):
        return TablePrivileges(table, can_change=False)
    written_by_database = getattr(model, "database_written_fields", ())
    if not written_by_database:
        return TablePrivileges(table, can_change=True)
    columns = tuple(f.column for f in model._meta.concrete_fields if f.name not in written_by_database)
    return TablePrivileges(table, can_change=True, updatable_columns=columns)


def owns_database(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_userbyid(datdba) = current_user FROM pg_database WHERE datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def grant_declared_privileges(connection: BaseDatabaseWrapper) -> None:
    """Revoke everything from the running role, then grant what the models say. Run as the owner, after migrating.

    A table that no model declares stays at the default: SELECT and INSERT, so that what is forgotten fails closed.
    """
    role = connection.ops.quote_name(settings.DATABASE_RUNNING_ROLE)
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for statement in (
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
            f"GRANT USAGE ON SCHEMA public TO {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
            f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {role}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            f"REVOKE INSERT ON django_migrations FROM {role}",
            f"GRANT EXECUTE ON FUNCTION ensure_partitions(integer) TO {role}",
        ):
            cursor.execute(statement)
        for row in declared_privileges():
            if row.table in existing:
                table = connection.ops.quote_name(row.table)
                cursor.execute(f"GRANT {', '.join(row.granted)} ON {table} TO {role}")
