"""Sessions of a running portal, opened by writing to its database: what a password opens is the same for everybody."""

from collections.abc import Iterable
from typing import Any

import psycopg
from django.contrib.sessions.backends.cached_db import SessionStore
from django.test import override_settings
from django.utils.crypto import get_random_string

from accounts.models import User
from tests.support.portal import Portal


def sessions_like(portal: Portal, key: str, logins: Iterable[str]) -> list[str]:
    """The keys of sessions of these logins, such as somebody else's, whose key is given."""
    with override_settings(SECRET_KEY=portal.variables["SECRET_KEY"]), portal.database() as connection:
        session = session_of(connection, key)
        return [opened_for(connection, login, session) for login in logins]


def session_of(connection: psycopg.Connection, key: str) -> dict[str, Any]:
    found = connection.execute(
        "SELECT session_data FROM django_session WHERE session_key = %s", [key]
    ).fetchone()
    assert found
    return SessionStore().decode(found[0])


def opened_for(connection: psycopg.Connection, login: str, session: dict[str, Any]) -> str:
    """The key of a session of theirs, in the database of the portal."""
    found = connection.execute("SELECT id, password FROM accounts_user WHERE email = %s", [login]).fetchone()
    assert found
    number, password = found
    theirs = User(password=password).get_session_auth_hash()
    key = get_random_string(32)
    connection.execute(
        "INSERT INTO django_session (session_key, session_data, expire_date) "
        "VALUES (%s, %s, now() + interval '1 hour')",
        [key, SessionStore().encode({**session, "_auth_user_id": str(number), "_auth_user_hash": theirs})],
    )
    return key
