"""Two roles of the database: one owns and migrates, the other runs (settings.py says which command is which)."""

from django.conf import settings
from django.db import connection


def go_on_as_running_role() -> None:
    """From here on this process connects as the portal does, whoever it was so far. Not inside a transaction."""
    connection.close()
    connection.settings_dict.update(settings.DATABASE_AS_RUNNING_ROLE)
