"""How long before a version is withdrawn its callers are told: months, by date of the announcement."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rights.rules.dates import add_months


@dataclass(frozen=True)
class Notice:
    """What an agreement says from a day on."""

    from_day: dt.date
    significant_months: int
    other_months: int
    source: str


# The last one that began applies.
NOTICES = (Notice(dt.date(2020, 1, 1), 6, 3, "Convention de service AGORA (2020), préavis des changements"),)


class NoNotice(LookupError):
    """Nothing was agreed yet on that day."""


def notice_on(day: dt.date) -> Notice:
    """What is agreed for an announcement made that day. Raises NoNotice."""
    begun = [notice for notice in NOTICES if notice.from_day <= day]
    if not begun:
        raise NoNotice(day)
    return max(begun, key=lambda notice: notice.from_day)


def earliest_withdrawal(announced: dt.date, *, is_significant: bool) -> dt.date:
    """The first day on which what was announced that day may take effect. Raises NoNotice."""
    notice = notice_on(announced)
    return add_months(announced, notice.significant_months if is_significant else notice.other_months)
