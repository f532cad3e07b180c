"""The planner's statistics, brought up to date by who fills tables."""

from django.db import connection, models


def measure(*tables: type[models.Model]) -> None:
    """Take the statistics of these tables now, those of the current transaction included.

    The autovacuum takes them later, or took them while the tables were still empty: a statement over many tables is
    then planned for one row of each, and runs for hours on a first import.
    """
    names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")
