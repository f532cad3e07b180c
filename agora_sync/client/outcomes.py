"""How a call to AGORA may fail. Each family has one treatment: try again, tell the person, call somebody."""

from dataclasses import dataclass

from agora_sync.faults import FaultCode


class ExchangeFailure(Exception):
    """The call gave no answer that can be used."""


@dataclass
class Unavailable(ExchangeFailure):
    """Not now: no connection, no whole answer, window, overload. The same request may be sent again."""

    reason: str
    code: FaultCode | None = None
    retry_after_seconds: int | None = None

    def __str__(self) -> str:
        return self.reason


@dataclass
class Refused(ExchangeFailure):
    """AGORA answered no. `code` is None for a code that our version of the contract does not know."""

    name: str
    label: str
    code: FaultCode | None = None

    def __str__(self) -> str:
        return self.name


@dataclass
class Malformed(ExchangeFailure):
    """What came back is not an answer to our request: wrong form, or bound to another request."""

    reason: str

    def __str__(self) -> str:
        return self.reason
