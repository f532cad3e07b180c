"""Opening a session in a test as the sign-in pages would have left it."""

import time
from importlib import import_module
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils.crypto import get_random_string

from accounts.models import User


def force_login(client: Client, user: Any, backend: str | None = None) -> None:
    """In the place of Django's own: one writing where it asks the database eleven times."""
    open_session(client, user, {}, backend)


def open_session(client: Client, user: Any, told: dict[str, Any], backend: str | None = None) -> None:
    """What the client's session held stays in the new one, as when anybody signs in; another user's is forgotten."""
    held = dict(client.session.items()) if settings.SESSION_COOKIE_NAME in client.cookies else {}
    if held.get(SESSION_KEY, str(user.pk)) != str(user.pk):
        held = {}
    session = import_module(settings.SESSION_ENGINE).SessionStore(get_random_string(32))
    user.backend = backend or settings.AUTHENTICATION_BACKENDS[0]
    # Filled from outside, it would look for what its key holds already.
    session._session_cache = {
        **held,
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: user.backend,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        **told,
    }
    session.save(must_create=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key


def sign_in(client: Client, user: User, *, second_factor: bool = True, confirmed: bool = False) -> Client:
    """A session opened by password and, unless told otherwise, by a second factor shown just now.

    `confirmed`: the person has said once more who they are, as pages that touch the account's security ask.
    """
    records = [{"method": "password", "at": time.time(), "email": user.email, "reauthenticated": confirmed}]
    if second_factor:
        records.append({"method": "mfa", "at": time.time(), "type": "totp"})
    # The library believes records of the session's own user alone.
    of = {f"{AUTHENTICATION_METHODS_SESSION_KEY}_user": str(user.pk)}
    open_session(client, user, {AUTHENTICATION_METHODS_SESSION_KEY: records, **of})
    return client
