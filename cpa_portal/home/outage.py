"""What counts as a database that does not answer, as opposed to a defect of ours."""

from django.db import InterfaceError, OperationalError


def is_database_outage(problem: BaseException | None) -> bool:
    """Server stopping or starting, no connection left, lock or statement timeout: all pass with time."""
    return isinstance(problem, OperationalError | InterfaceError)
