"""The identifier of the request, or task, in whose course a line is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The identifier of the request under way, empty outside one. May be sent to a partner or shown."""
    return _request_id.get()


@contextmanager
def request_context(request_id: str) -> Iterator[None]:
    """Gives the identifier to every line logged inside the block, in this thread or task only."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def add_request_id(logger: Any, method: str, event: Any) -> Any:
    """A structlog processor."""
    if request_id := _request_id.get():
        event["request_id"] = request_id
    return event
