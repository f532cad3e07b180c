"""When the database does not answer, the portal says so and says when to come back: 503, never 500."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from cpa_portal.home.outage import is_database_outage
from cpa_portal.home.views import errors

logger = logging.getLogger(__name__)


class DatabaseOutageMiddleware:
    """Answers 503 when a view loses its database; `errors.server_error` does it for the middlewares."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not is_database_outage(exception):
            return None
        # The message may quote values of the statement: only the kind of failure is written down.
        logger.error("database_outage", extra={"kind": type(exception.__cause__ or exception).__name__})
        return errors.service_unavailable(request)
