"""Migration operations for append-only and partitioned tables."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

MONTHS_AHEAD = 13


class CreatePartitionedModel(CreateModel):
    """`CreateModel` for a PartitionedModel: key `(id, at)`, cut by month, the coming months made at once."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        plain_table_sql = schema_editor.table_sql

        def partitioned_table_sql(model: Any) -> tuple[str, Any]:
            sql, params = plain_table_sql(model)
            return partitioned(sql), params

        schema_editor.table_sql = partitioned_table_sql  # type: ignore[method-assign]
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.table_sql = plain_table_sql  # type: ignore[method-assign]
        schema_editor.execute("SELECT ensure_partitions(%s)", [MONTHS_AHEAD])


def partitioned(create_table: str) -> str:
    """The same CREATE TABLE with the composite key and the partition clause. Raises ValueError on another shape."""
    if create_table.count(" PRIMARY KEY") != 1 or " UNIQUE" in create_table or not create_table.endswith(")"):
        raise ValueError("A partitioned table has one key, `id`, and no column unique by itself.")
    body = create_table.replace(" PRIMARY KEY", "").removesuffix(")")
    return f'{body}, PRIMARY KEY ("id", "at")) PARTITION BY RANGE ("at")'


class ForbidChanges(Operation):
    """Refuse UPDATE, DELETE and TRUNCATE on the table by trigger, for every role."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str) -> None:
        self.table = table

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Triggers are no part of the models' state."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = schema_editor.quote_name(self.table)
        schema_editor.execute(
            f"CREATE TRIGGER refuse_row_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = schema_editor.quote_name(self.table)
        for trigger in ("refuse_row_change", "refuse_truncate"):
            schema_editor.execute(f"DROP TRIGGER {trigger} ON {table}")

    def describe(self) -> str:
        return f"Refuse changes to {self.table}"
