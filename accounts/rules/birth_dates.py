"""Dates of birth of which the day, or the day and the month, may be unknown, as INSEE writes them: 1962-05-00."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_FORM = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_UNKNOWN = "00"


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A year at least. A day is never known without its month."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("a day comes with its month")
        # The calendar refuses what does not exist, such as the 30th of February.
        date(self.year, self.month or 1, self.day or 1)

    @classmethod
    def parse(cls, text: str) -> BirthDate:
        """From `1962-05-17`, `1962-05-00` or `1962-00-00`. Raises ValueError for anything else."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError("expected YYYY-MM-DD, 00 for an unknown month or day")
        year, month, day = found.groups()
        return cls(int(year), _known(month), _known(day))

    @classmethod
    def of(cls, day: date) -> BirthDate:
        return cls(day.year, day.month, day.day)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month or 0:02d}-{self.day or 0:02d}"

    @property
    def as_date(self) -> date | None:
        """The calendar date, None when part of it is unknown."""
        if self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    def admits(self, answer: BirthDate) -> bool:
        """Whether the answer agrees with what is held here. What we do not know cannot be wrong; what the answer
        leaves out, and we know, is.
        """
        pairs = ((self.year, answer.year), (self.month, answer.month), (self.day, answer.day))
        agreements = [held is None or held == given for held, given in pairs]
        return all(agreements)


def _known(part: str) -> int | None:
    return None if part == _UNKNOWN else int(part)
