"""The layer of httpx where each call is checked, measured, cut off and logged."""

import time
from collections.abc import Iterator
from typing import cast

import httpx
import structlog

from cpa_portal.kernel.http.limits import Limits

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

logger = structlog.stdlib.get_logger("cpa_portal.http")


class AnswerTooLarge(httpx.ReadError):
    """The answer has more bytes than the limit: nothing of it is kept."""


class AnswerTooSlow(httpx.ReadTimeout):
    """The answer was still coming when the whole time was over."""


class AnswerEncoded(httpx.ReadError):
    """The answer is compressed although we asked it not to be: its true size cannot be bounded."""


class InsecureAddress(httpx.UnsupportedProtocol):
    """The address is not https, and not on this machine."""


class BoundedTransport(httpx.BaseTransport):
    """Wraps a transport; every refusal is an `httpx.TransportError`, like the network's own failures."""

    def __init__(self, inner: httpx.BaseTransport, *, purpose: str, limits: Limits) -> None:
        self.inner = inner
        self.purpose = purpose
        self.limits = limits

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _check_address(request.url)
        started = time.monotonic()
        try:
            response = self.inner.handle_request(request)
        except httpx.TransportError as failure:
            self._log(request, started, outcome=type(failure).__name__)
            raise
        self._log(request, started, outcome=str(response.status_code))
        return self._bounded(response, deadline=started + self.limits.total_seconds)

    def close(self) -> None:
        self.inner.close()

    def _bounded(self, response: httpx.Response, *, deadline: float) -> httpx.Response:
        stream = cast(httpx.SyncByteStream, response.stream)
        try:
            _check_headers(response.headers, self.limits)
        except httpx.TransportError:
            stream.close()
            raise
        return httpx.Response(
            status_code=response.status_code,
            headers=response.headers,
            stream=_BoundedStream(stream, limits=self.limits, deadline=deadline),
            extensions=response.extensions,
        )

    def _log(self, request: httpx.Request, started: float, *, outcome: str) -> None:
        # The host only: a path or a query may name a person.
        logger.info(
            "http_call",
            purpose=self.purpose,
            host=request.url.host,
            outcome=outcome,
            duration_ms=int((time.monotonic() - started) * 1000),
        )


class _BoundedStream(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, *, limits: Limits, deadline: float) -> None:
        self.inner = inner
        self.limits = limits
        self.deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for piece in self.inner:
            received += len(piece)
            if received > self.limits.body_bytes:
                raise AnswerTooLarge(f"the answer exceeds {self.limits.body_bytes} bytes")
            if time.monotonic() > self.deadline:
                raise AnswerTooSlow(f"the answer took more than {self.limits.total_seconds} s")
            yield piece

    def close(self) -> None:
        self.inner.close()


def _check_address(url: httpx.URL) -> None:
    if url.scheme != "https" and url.host not in LOOPBACK:
        raise InsecureAddress("only https may leave this machine")


def _check_headers(headers: httpx.Headers, limits: Limits) -> None:
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise AnswerEncoded("the answer is compressed")
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limits.body_bytes:
        raise AnswerTooLarge(f"the answer announces more than {limits.body_bytes} bytes")
