"""Changing jobs with pay: resigning for a project, transition leave (articles L. 5422-1, D. 6323-18-4)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from rights.parameters.types import LegalValues


def resigning_refusal(*, worked_days: int | None, adviser: str | None, day: date, values: LegalValues) -> str:
    """Why a resigning employee gets no allowance, in words; empty when nothing known stands in the way."""
    excluded = values.on("resigning_excluded_advisers", day)
    if adviser is not None and adviser in excluded.names:
        return (
            f"Le conseil doit venir d’un autre opérateur que {adviser.replace('_', ' ')} ({excluded.source})."
        )
    needed = values.on("resigning_worked_days", day)
    if worked_days is not None and worked_days < needed.number:
        return f"Il faut {needed.number} jours travaillés ({needed.source})."
    return ""


def transition_pay(*, salary: Fraction, month: int, day: date, values: LegalValues) -> Fraction:
    """The pay of a month of transition leave, in minimum wages as the salary is (D. 6323-18-4).

    The whole salary up to two minimum wages; above, a share that falls after the first year, never under two.
    """
    floor = values.on("transition_full_pay_smic", day).ratio
    if salary <= floor:
        return salary
    first = month <= values.on("transition_first_months", day).number
    name = "transition_first_year_rate" if first else "transition_next_years_rate"
    return max(floor, salary * values.on(name, day).ratio)
