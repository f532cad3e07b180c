"""Dates counted in whole months and years, as delays and ages are."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day of another month, its last day when it has no such day."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day of another year; 29 February becomes 28 February."""
    return add_months(day, 12 * years)


def birthday(birth: date, age: int) -> date:
    """The day on which a person reaches an age."""
    return add_years(birth, age)


def end_of_quarter(day: date, quarters_later: int = 0) -> date:
    """The last day of the civil quarter of the day, or of one after it."""
    first_of_quarter = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    last_month = add_months(first_of_quarter, 3 * quarters_later + 2)
    return last_month.replace(day=monthrange(last_month.year, last_month.month)[1])
