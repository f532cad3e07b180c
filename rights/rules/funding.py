"""Who pays what for a training: the account first, then the holder (articles L. 6323-7 and R. 6333-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rights.enums import Scheme
from rights.parameters import DatedValue
from rights.rules.derivation import Derivation, Step


@dataclass(frozen=True)
class Purse:
    """What one right can still pay, in cents."""

    scheme: Scheme
    available_cents: int


@dataclass(frozen=True)
class RightsPart:
    """What one right pays of the training, in cents, and how that was reached."""

    scheme: Scheme
    amount_cents: int
    derivation: Derivation


@dataclass(frozen=True)
class FundingPlan:
    """The price split between rights and holder, all in cents. `parts` keeps the purses that pay something."""

    price_cents: int
    participation_cents: int
    parts: tuple[RightsPart, ...]
    derivation: Derivation

    @property
    def rights_used_cents(self) -> int:
        return sum(part.amount_cents for part in self.parts)

    @property
    def holder_charge_cents(self) -> int:
        return self.price_cents - self.rights_used_cents


def plan_funding(
    *, price_cents: int, purses: Sequence[Purse], participation: DatedValue, parameters_version: str
) -> FundingPlan:
    """Split a price between the rights, in the order given, and the holder.

    The rights pay at most the price less the compulsory participation of the holder, which is part of the remaining
    charge and not added to it (article L. 6323-7); a price below the participation takes nothing on the account.
    Amounts in cents. Raises ValueError for a negative price or purse.
    """
    if price_cents < 0 or any(purse.available_cents < 0 for purse in purses):
        raise ValueError("a price and an available amount are never negative")
    payable = max(0, price_cents - participation.number)
    common = (
        Step("Prix de la formation", price_cents),
        Step("Participation obligatoire", participation.number, source=participation.source),
        Step(
            "Part du prix que vos droits peuvent payer",
            payable,
            rule="prix moins participation, zéro au moins",
            source="Article L. 6323-7 du code du travail",
        ),
    )
    parts = _shared_out(payable, purses, common, parameters_version)
    used = sum(part.amount_cents for part in parts)
    steps = (
        *common,
        *(Step(f"Pris sur : {part.scheme.label}", part.amount_cents) for part in parts),
        Step("Reste à votre charge", price_cents - used, rule="prix moins droits utilisés"),
    )
    return FundingPlan(
        price_cents=price_cents,
        participation_cents=participation.number,
        parts=parts,
        derivation=Derivation("holder_charge", parameters_version, steps),
    )


def _shared_out(
    payable: int, purses: Sequence[Purse], common: tuple[Step, ...], parameters_version: str
) -> tuple[RightsPart, ...]:
    """Each purse pays what it can of what the ones before it left."""
    parts = []
    left = payable
    for purse in purses:
        amount = min(purse.available_cents, left)
        if amount == 0:
            continue
        already = () if left == payable else (Step("Reste à payer après les droits utilisés avant", left),)
        steps = (
            *common,
            *already,
            Step(f"Disponible : {purse.scheme.label}", purse.available_cents),
            Step("Montant réservé", amount, rule="le plus petit des deux montants précédents"),
        )
        parts.append(RightsPart(purse.scheme, amount, Derivation("rights_used", parameters_version, steps)))
        left -= amount
    return tuple(parts)
