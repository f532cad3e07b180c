"""A month of traces lawfully removed: what is said of it, signed under a key that the database does not hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dateutil.relativedelta import relativedelta

from agora_sync.evidence.chain import is_signed, signed

SUBJECT = "removal"


@dataclass(frozen=True, slots=True)
class RemovedMonth:
    """Which month went, how many traces it held, under which duration and text, when."""

    month: date
    rows: int
    ground: str
    removed_at: datetime

    @property
    def since(self) -> datetime:
        return first_instant(self.month)

    @property
    def until(self) -> datetime:
        return first_instant(next_month(self.month))

    def digest(self) -> str:
        at = self.removed_at.astimezone(UTC).isoformat(timespec="microseconds")
        said = f"{self.month.isoformat()}|{self.rows}|{at}|{self.ground}"
        return hashlib.sha256(said.encode()).hexdigest()

    def signed(self) -> tuple[str, str]:
        """Name of the key and signature, in hexadecimal."""
        return signed(self.digest(), subject=SUBJECT)

    def is_signed(self, *, key_id: str, signature: str) -> bool:
        return is_signed(self.digest(), key_id=key_id, signature=signature, subject=SUBJECT)


def first_instant(month: date) -> datetime:
    """Partitions are cut in UTC."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def next_month(month: date) -> date:
    return month.replace(day=1) + relativedelta(months=1)
