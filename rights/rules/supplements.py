"""What others add to an account: corrective top-ups, agreements, dotations, accidents (see docs/rights.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rights.parameters.types import LegalValues
from rights.rules.dates import end_of_quarter
from rights.rules.derivation import Derivation, Measure, Operand, Operation
from rights.rules.working import Working


class SupplementKind(StrEnum):
    """Named by the article that creates it: that is how funders declare them."""

    CORRECTIVE = "L6323-13"
    REFUSED_AGREEMENT = "L2254-2"
    VOLUNTARY = "III"
    COLLECTIVE_AGREEMENT = "L6323-11_al4"
    WHISTLE_BLOWER = "D6323-3-4"


_WHOLE_AMOUNTS = {
    SupplementKind.CORRECTIVE: "corrective_cents",
    SupplementKind.REFUSED_AGREEMENT: "refused_agreement_cents",
}


@dataclass(frozen=True)
class Supplement:
    """An amount that others promised, in cents; None for the whole amount of the law.

    `deadline` and `refundable`: what is unused then goes back to the payer (R. 6323-42-1). Nothing is credited before
    the money is received (R. 6333-2).
    """

    kind: SupplementKind
    amount: int | None
    received: bool = True
    deadline: date | None = None
    refundable: bool = False


def supplement_credit(
    supplement: Supplement, *, day: date, rights_on_account: int, values: LegalValues
) -> Derivation:
    """Cents credited that day. Raises ValueError when the law sets no whole amount for that kind."""
    working = Working("supplement", values)
    if not supplement.received:
        working.note(
            "Montant ajouté",
            0,
            Measure.CENTS,
            rule="crédité à réception des fonds",
            source="Article R. 6333-2",
        )
        return working.done()
    if supplement.kind is SupplementKind.WHISTLE_BLOWER:
        return _whistle_blower(working, supplement, day, rights_on_account)
    if supplement.amount is not None:
        working.step(
            "Montant ajouté", Operation.SUM, working.given("Montant reçu", supplement.amount, Measure.CENTS),
            unit=Measure.CENTS, rule="montant reçu, hors plafond", source="Article L. 6323-15 du code du travail",
        )  # fmt: skip
        return working.done()
    if supplement.kind not in _WHOLE_AMOUNTS:
        raise ValueError(f"no whole amount for {supplement.kind}")
    value = working.law(_WHOLE_AMOUNTS[supplement.kind], day)
    working.step("Montant ajouté", Operation.SUM, value, unit=Measure.CENTS, source=value.source)
    return working.done()


def _whistle_blower(working: Working, supplement: Supplement, day: date, held: int) -> Derivation:
    """Up to a total on the account (D. 6323-3-4); nothing before the article existed."""
    try:
        ceiling = working.law("whistle_blower_ceiling_cents", day)
    except LookupError:
        working.note("Montant ajouté", 0, Measure.CENTS, rule="avant l’article D. 6323-3-4")
        return working.done()
    room = working.step(
        "Place jusqu’au montant de la loi", Operation.ROOM, ceiling,
        working.given("Droits inscrits", held, Measure.CENTS), unit=Measure.CENTS, source=ceiling.source,
    )  # fmt: skip
    asked = (
        [] if supplement.amount is None else [working.given("Montant fixé", supplement.amount, Measure.CENTS)]
    )
    working.step(
        "Montant ajouté", Operation.SMALLEST, room, *asked, unit=Measure.CENTS, rule="le plus petit des deux"
    )
    return working.done()


def goes_back_on(supplement: Supplement, received_on: date | None, values: LegalValues) -> date | None:
    """The first day without what was not used, None when it stays.

    A payer may set a deadline since the article says so: what came before stays, whatever was written on it.
    `received_on`: None when it is not known, the deadline then decides.
    """
    if supplement.deadline is None or not supplement.refundable:
        return None
    if (received_on or supplement.deadline) < values.on("earmarking_opens", supplement.deadline).day:
        return None
    return date.fromordinal(supplement.deadline.toordinal() + 1)


def accident_credit(
    incapacity_percent: Fraction, *, asked_cents: int | None, day: date, values: LegalValues
) -> Derivation:
    """Cents after an accident at work, whole or in parts, from an incapacity on (L. 432-12 CSS)."""
    working = Working("accident", values)
    try:
        whole = working.law("atmp_cents", day)
    except LookupError:
        working.note("Montant ajouté", 0, Measure.CENTS, rule="incapacité notifiée avant 2019")
        return working.done()
    least = values.on("atmp_minimum_incapacity", day)
    if incapacity_percent < least.number:
        working.note(
            "Montant ajouté", 0, Measure.CENTS, rule=f"incapacité sous {least.number} %", source=least.source
        )
        return working.done()
    operands: list[Operand] = [whole]
    if asked_cents is not None:
        operands.append(working.given("Montant demandé", asked_cents, Measure.CENTS))
    working.step(
        "Montant ajouté", Operation.SMALLEST, *operands, unit=Measure.CENTS, rule="montant de la loi au plus",
        source=whole.source,
    )  # fmt: skip
    return working.done()


def corrective_payment_day(interview_on: date, values: LegalValues) -> date:
    """The last day on which the employer pays the corrective top-up after an interview (R. 6323-3, IV)."""
    quarters = values.on("corrective_payment_quarters", interview_on).number
    return end_of_quarter(interview_on, quarters)


def recalculation_cents(years: range, values: LegalValues) -> int:
    """What a false low-qualified declaration gave too much over these years of activity (R. 6323-3-1, V)."""
    return sum(
        values.of_year("cpf_low_qualified_yearly_cents", year).number
        - values.of_year("cpf_yearly_cents", year).number
        for year in years
        if values.known_in("cpf_yearly_cents", year)
    )
