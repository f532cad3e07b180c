from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from accounts.selectors.holders import holder_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase


class HolderMiddleware:
    """Sets `request.holder`: the account holder of the signed-in person, None for anybody else.

    Set when the view is known, so that what is answered before (a redirect, a health check) reads no
    session. A visitor without a session cookie costs no query and gets a page that caches may share.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.holder = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            request.holder = holder_of(request.user)  # type: ignore[attr-defined]
