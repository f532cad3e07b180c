"""What a training that ended is worth: the share that is due, and what each right pays of it. Pure.

Source: conditions of use of Mon Compte Formation (abandonment, force majeure, late cancellation).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rights.enums import ExitReason
from rights.parameters.types import LegalValues
from rights.rules.derivation import Derivation, Measure, Operand, Operation, Rounding
from rights.rules.working import Working

WHOLE = Fraction(1)


@dataclass(frozen=True)
class Attendance:
    """How a training ended: why, the minutes followed and those it had (0: unknown, then all of it)."""

    reason: ExitReason
    attended_minutes: int
    planned_minutes: int
    left_on: date

    @property
    def share(self) -> Fraction:
        """The share that was followed, at most the whole."""
        if self.reason is ExitReason.COMPLETED or not self.planned_minutes:
            return WHOLE
        return min(WHOLE, Fraction(self.attended_minutes, self.planned_minutes))


def share_due(attendance: Attendance, values: LegalValues) -> Fraction:
    """The share of the price that is due: the whole near the end of what was begun, a part of it early."""
    followed = attendance.share
    if attendance.reason is not ExitReason.ABANDONED:
        return followed
    if followed >= values.on("abandonment_full_share", attendance.left_on).ratio:
        return WHOLE
    return max(followed, values.on("abandonment_least_share", attendance.left_on).ratio)


def amount_settled(held: int, attendance: Attendance, values: LegalValues) -> Derivation:
    """What a right pays of what was set aside on it, in its unit, rounded down: never more than the share."""
    working = Working("settlement", values)
    reserved = working.note("Montant mis de côté", held, Measure.CENTS)
    share = working.note(
        "Part de la formation suivie", attendance.share, Measure.RATIO,
        rule=f"{ExitReason(attendance.reason).label.lower()}",
    )  # fmt: skip
    due = share_due(attendance, values)
    if due != attendance.share:
        share = _other_share(working, attendance, due, share)
    _used(working, reserved, share)
    return working.done()


def amount_forfeited(held: int, day: date, values: LegalValues) -> Derivation:
    """What a right loses when the holder gives up too late or does not come, in its unit."""
    working = Working("forfeit", values)
    reserved = working.note("Montant mis de côté", held, Measure.CENTS)
    _used(working, reserved, working.law("late_cancellation_loss", day))
    return working.done()


def _other_share(working: Working, attendance: Attendance, due: Fraction, share: Operand) -> Operand:
    """The share that the conditions put in the place of the one followed."""
    if due == WHOLE:
        limit = working.law("abandonment_full_share", attendance.left_on)
        return working.note(
            "Part due",
            due,
            Measure.RATIO,
            rule=f"à partir de {limit.value}, tout est dû",
            source=limit.source,
        )
    return working.step(
        "Part due", Operation.LARGEST, share, working.law("abandonment_least_share", attendance.left_on),
        unit=Measure.RATIO, rule="la plus grande des deux",
    )  # fmt: skip


def _used(working: Working, reserved: Operand, share: Operand) -> None:
    working.step(
        "Montant utilisé", Operation.PRODUCT, reserved, share,
        unit=Measure.CENTS, rounding=Rounding.UNIT_DOWN, rule="montant mis de côté multiplié par la part due",
    )  # fmt: skip
