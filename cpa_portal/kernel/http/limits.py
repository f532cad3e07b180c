"""What a call may cost us."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes that one call may take; each use states those that suit its partner.

    `connect_seconds`: TCP and TLS. `read_seconds`: silence between two pieces of the answer (and for
    sending). `total_seconds`: from the request to the last byte; a partner that sends one byte at a time
    stays within `read_seconds` for ever. `body_bytes`: size of the answer's body.
    """

    connect_seconds: float = 3.0
    read_seconds: float = 10.0
    total_seconds: float = 30.0
    body_bytes: int = 5_000_000

    def __post_init__(self) -> None:
        if min(self.connect_seconds, self.read_seconds, self.total_seconds, self.body_bytes) <= 0:
            raise ValueError("every limit of an HTTP call is positive")
