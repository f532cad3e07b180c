"""Opening a session in a test as the sign-in pages would have left it."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from accounts.models import User


def sign_in(client: Client, user: User, *, second_factor: bool = True, confirmed: bool = False) -> Client:
    """A session opened by password and, unless told otherwise, by a second factor shown just now.

    `confirmed`: the person has said once more who they are, as pages that touch the account's security ask.
    """
    client.force_login(user)
    session = client.session
    records = [{"method": "password", "at": time.time(), "email": user.email, "reauthenticated": confirmed}]
    if second_factor:
        records.append({"method": "mfa", "at": time.time(), "type": "totp"})
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    # The library believes records of the session's own user alone.
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()
    return client
