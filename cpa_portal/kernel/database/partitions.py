from django.db import connection

from cpa_portal.kernel.database.operations import MONTHS_AHEAD


def ensure_partitions() -> int:
    """Make the missing monthly partitions of every partitioned table, a year ahead. Returns how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ensure_partitions(%s)", [MONTHS_AHEAD])
        return int(cursor.fetchone()[0])
