"""A process that began as the owner of the database goes on as the portal does."""

import os
from urllib.parse import urlsplit

import pytest
from django.db import connection

from cpa_portal.kernel.database.roles import go_on_as_running_role


def connected_as() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_owner_that_goes_on_as_the_running_role_owns_nothing_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"])
    as_owner = {**connection.settings_dict, "USER": owner.username, "PASSWORD": owner.password}
    running = connected_as()
    connection.close()
    monkeypatch.setattr(connection, "settings_dict", as_owner)
    assert connected_as() == owner.username

    go_on_as_running_role()

    assert connected_as() == running != owner.username
