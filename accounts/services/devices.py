"""A message when the account opens from a browser that was never seen with it."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from accounts.models import KnownDevice
from accounts.services.messages import announce_new_device

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

COOKIE_SECONDS = 400 * 24 * 3600
TOKEN_BYTES = 24


def recognise_device(*, request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Note the browser by the hash of its random cookie; tell the person when it is neither known nor the first.

    The cookie identifies a browser to this site alone and serves nothing but this message: strictly necessary to
    the security of the service (article 82 of the loi Informatique et Libertés), so no consent is asked.
    """
    token = request.COOKIES.get(cookie_name()) or secrets.token_urlsafe(TOKEN_BYTES)
    is_first = not KnownDevice.objects.filter(user=user).exists()
    device, is_new = KnownDevice.objects.get_or_create(
        user=user, token_hash=hashlib.sha256(token.encode()).hexdigest()
    )
    if not is_new:
        KnownDevice.objects.filter(pk=device.pk).update(last_seen_at=timezone.now())
    elif not is_first:
        announce_new_device(user=user, key=str(device.pk))
    response.set_cookie(
        cookie_name(),
        token,
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def cookie_name() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
