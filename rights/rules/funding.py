"""Who pays what for a training: the account, those who add to it, then the holder.

Sources: articles L. 6323-6 (actions), L. 6323-7 and R. 6323 (participation), D. 6323-1 A (ceilings), R. 6333-3
(order) of the code du travail.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rights.enums import Scheme
from rights.parameters.types import DatedValue, LegalValues
from rights.rules.derivation import Derivation, Measure, Operand, Operation, Rounding
from rights.rules.working import Working

# The ceilings of 2026 hold for what work acquired, not for what others added (D. 6323-1 A).
CEILED_SCHEMES = (Scheme.CPF, Scheme.DIF)
SHARED_SCHEMES = (Scheme.CPF, Scheme.DIF, Scheme.SUPPLEMENT)


class Action(StrEnum):
    """What is bought, as far as the rules tell actions apart. The codes are those of `eligible_actions`."""

    RNCP = "RNCP"
    RS = "RS"
    CLEA = "CLEA"
    SKILLS_REVIEW = "BILAN"
    VAE = "VAE"
    LIGHT_LICENCE = "PERMIS_B"
    HEAVY_LICENCE = "PERMIS_C"
    MISSION = "MISSION"
    BUSINESS = "CREATION"
    INTERNAL_RECONVERSION = "RECONVERSION_INTERNE"


class Payer(StrEnum):
    """Who may add to the account; the codes are those of `participation_exemptions`."""

    EMPLOYER = "employeur"
    OPCO = "opco"
    REGION = "region"
    ATMP = "atmp"
    C2P = "c2p"
    # France Travail, the Agefiph, a training fund…: none of them exempts from the participation.
    OTHER = "autre"


JOB_SEEKER = "demandeur_emploi"
_CEILINGS = {
    Action.RS: "rs_ceiling_cents",
    Action.SKILLS_REVIEW: "skills_review_ceiling_cents",
    Action.LIGHT_LICENCE: "light_licence_ceiling_cents",
}


@dataclass(frozen=True)
class Purse:
    """What one right can still pay, in cents."""

    scheme: Scheme
    available_cents: int


@dataclass(frozen=True)
class Offer:
    """What a payer is ready to add, in cents."""

    payer: Payer
    amount_cents: int


@dataclass(frozen=True)
class FundingCase:
    """A training to pay, on the day of its request. Amounts in cents; `purses` in any order.

    `exempt` says that the participation is not due for a reason of its own. `retired`: the rights only pay trainings of
    a volunteer's mission any more (L. 6323-3, al. 4).
    """

    day: date
    price_cents: int
    purses: tuple[Purse, ...]
    action: Action = Action.RNCP
    job_seeker: bool = False
    exempt: bool = False
    retired: bool = False
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True)
class RightsPart:
    """What one right pays of the training, in cents, and how that was reached."""

    scheme: Scheme
    amount_cents: int
    derivation: Derivation


@dataclass(frozen=True)
class FundingPlan:
    """The price split between rights, payers and holder, all in cents. `parts` keeps the purses that pay something.

    `refusal` says why the rights cannot pay this action; then nothing is used and all is the holder's.
    """

    price_cents: int
    participation_cents: int
    parts: tuple[RightsPart, ...]
    derivation: Derivation
    cofunding: tuple[Offer, ...] = ()
    refusal: str = ""

    @property
    def rights_used_cents(self) -> int:
        return sum(part.amount_cents for part in self.parts)

    @property
    def cofunded_cents(self) -> int:
        return sum(offer.amount_cents for offer in self.cofunding)

    @property
    def holder_charge_cents(self) -> int:
        return self.price_cents - self.rights_used_cents - self.cofunded_cents

    def used(self, scheme: Scheme) -> int:
        return sum(part.amount_cents for part in self.parts if part.scheme == scheme)


def plan_funding(case: FundingCase, *, values: LegalValues) -> FundingPlan:
    """Split a price between the rights, in the order of the day, those who add to them, and the holder.

    The rights pay at most the price less the participation of the holder, which is part of the remaining charge and not
    added to it (L. 6323-7); a price below the participation takes nothing on the account. A ceiling of the action then
    limits what work acquired. Raises ValueError for a negative price, purse or offer.
    """
    amounts = [purse.available_cents for purse in case.purses] + [offer.amount_cents for offer in case.offers]
    if case.price_cents < 0 or any(amount < 0 for amount in amounts):
        raise ValueError("a price and an available amount are never negative")
    refusal = refusal_of_action(case, values)
    if refusal:
        return _refused(case, values, refusal)
    participation = participation_due(case, values)
    parts = tuple(_rights_parts(case, participation, values))
    used = sum(part.amount_cents for part in parts)
    cofunding = tuple(_cofunding(case, case.price_cents - used - participation))
    working = Working("holder_charge", values)
    _common_steps(working, case, participation)
    paid = [
        working.note(f"Pris sur : {part.scheme.label}", part.amount_cents, Measure.CENTS) for part in parts
    ]
    paid += [
        working.note(f"Ajouté par : {offer.payer}", offer.amount_cents, Measure.CENTS) for offer in cofunding
    ]
    working.step(
        "Reste à votre charge", Operation.DIFFERENCE,
        working.given("Prix de la formation", case.price_cents, Measure.CENTS), *paid,
        unit=Measure.CENTS, rule="prix moins droits utilisés et cofinancements",
    )  # fmt: skip
    return FundingPlan(case.price_cents, participation, parts, working.done(), cofunding)


def refusal_of_action(case: FundingCase, values: LegalValues) -> str:
    """Why the rights cannot pay that action that day, in words for the person; empty when they can."""
    try:
        known = values.on("eligible_actions", case.day)
    except LookupError:
        return "Le compte personnel de formation n’existait pas encore à cette date."
    if case.action not in known.names:
        return f"À cette date, vos droits ne pouvaient pas payer cette action ({known.source})."
    if case.retired and case.action is not Action.MISSION:
        return (
            "À la retraite à taux plein, seuls vos droits d’engagement citoyen restent utilisables, pour une formation "
            "à une mission bénévole (article L. 6323-3)."
        )
    if case.action is Action.LIGHT_LICENCE and not case.job_seeker:
        return _licence_refusal(case, values.on("light_licence_cofunding_cents", case.day))
    return ""


def _licence_refusal(case: FundingCase, least: DatedValue) -> str:
    if least.limit is None or sum(offer.amount_cents for offer in case.offers) >= least.limit:
        return ""
    return (
        f"Ce permis demande d’être demandeur d’emploi, ou qu’un tiers en paie au moins {least.number // 100} € "
        f"({least.source})."
    )


def participation_due(case: FundingCase, values: LegalValues) -> int:
    """The compulsory participation in cents: zero before it existed, and for those whom the law exempts."""
    dated = values.on("holder_participation", case.day)
    return 0 if case.exempt or exemption_of(case, values) else dated.number


def exemption_of(case: FundingCase, values: LegalValues) -> str:
    """The code of what exempts from the participation, empty when it is due."""
    try:
        names = values.on("participation_exemptions", case.day).names
    except LookupError:
        return ""
    found = [offer.payer.value for offer in case.offers if offer.amount_cents > 0]
    if case.job_seeker:
        found.insert(0, JOB_SEEKER)
    return next((name for name in found if name in names), "")


def ceiling_of(case: FundingCase, values: LegalValues) -> tuple[str, tuple[Scheme, ...]]:
    """The parameter that limits the rights for this action that day, and the rights it limits; empty for none."""
    if case.action is Action.INTERNAL_RECONVERSION:
        return "internal_reconversion_share", SHARED_SCHEMES
    name = _CEILINGS.get(case.action, "")
    if name and values.on(name, case.day).value is not None:
        return name, CEILED_SCHEMES
    return "", ()


def ordered_purses(case: FundingCase, values: LegalValues) -> list[Purse]:
    """The purses that may pay, in the order of the day: a volunteer's mission is paid by commitment alone."""
    order = values.on("paying_schemes", case.day).names
    allowed = (Scheme.CEC,) if case.action is Action.MISSION else tuple(Scheme)
    usable = [purse for purse in case.purses if purse.scheme in allowed and purse.scheme in order]
    return sorted(usable, key=lambda purse: order.index(purse.scheme))


def _common_steps(working: Working, case: FundingCase, participation: int) -> Operand:
    price = working.note("Prix de la formation", case.price_cents, Measure.CENTS)
    dated = working.values.on("holder_participation", case.day)
    due = working.note(
        "Participation obligatoire",
        participation,
        Measure.CENTS,
        rule="" if participation == dated.number else "vous en êtes dispensé",
        source=dated.source,
    )
    return working.step(
        "Part du prix que vos droits peuvent payer", Operation.ROOM, price, due,
        unit=Measure.CENTS, rule="prix moins participation, zéro au moins",
        source="Article L. 6323-7 du code du travail",
    )  # fmt: skip


def _rights_parts(case: FundingCase, participation: int, values: LegalValues) -> Iterator[RightsPart]:
    """Each purse pays what it can of what the ones before it left, within the ceiling of the action."""
    name, ceiled = ceiling_of(case, values)
    left = max(0, case.price_cents - participation)
    payable, taken_under_ceiling = left, 0
    for purse in ordered_purses(case, values):
        working = Working("rights_used", values)
        to_pay = _common_steps(working, case, participation)
        if left != payable:
            to_pay = working.note("Reste à payer après les droits utilisés avant", left, Measure.CENTS)
        available = working.note(f"Disponible : {purse.scheme.label}", purse.available_cents, Measure.CENTS)
        limits = [to_pay, available]
        if purse.scheme in ceiled:
            limits.append(_under_ceiling(working, case, name, taken_under_ceiling))
        reserved = working.step(
            "Montant réservé", Operation.SMALLEST, *limits,
            unit=Measure.CENTS, rule="le plus petit de ces montants",
        )  # fmt: skip
        amount = int(reserved.value)
        if amount:
            left -= amount
            taken_under_ceiling += amount if purse.scheme in ceiled else 0
            yield RightsPart(purse.scheme, amount, working.done())


def _under_ceiling(working: Working, case: FundingCase, name: str, taken: int) -> Operand:
    ceiling = working.law(name, case.day)
    if ceiling.unit is Measure.RATIO:
        held = sum(purse.available_cents for purse in case.purses if purse.scheme in SHARED_SCHEMES)
        ceiling = working.step(
            "Part de vos droits que l’action peut prendre", Operation.PRODUCT,
            working.given("Vos droits", held, Measure.CENTS), ceiling,
            unit=Measure.CENTS, rounding=Rounding.UNIT_DOWN, source=ceiling.source,
        )  # fmt: skip
    if taken == 0:
        return ceiling
    return working.step(
        "Reste sous le plafond de l’action", Operation.ROOM, ceiling,
        working.given("Déjà pris sous ce plafond", taken, Measure.CENTS), unit=Measure.CENTS,
    )  # fmt: skip


def _cofunding(case: FundingCase, payable: int) -> Iterator[Offer]:
    left = max(0, payable)
    for offer in case.offers:
        amount = min(offer.amount_cents, left)
        if amount:
            left -= amount
            yield Offer(offer.payer, amount)


def _refused(case: FundingCase, values: LegalValues, refusal: str) -> FundingPlan:
    working = Working("holder_charge", values)
    price = working.note("Prix de la formation", case.price_cents, Measure.CENTS)
    working.step("Reste à votre charge", Operation.SUM, price, unit=Measure.CENTS, rule=refusal)
    return FundingPlan(case.price_cents, 0, (), working.done(), refusal=refusal)


def share_hours_of_training(
    training_minutes: int, *, day: date, dif: int, cpf: int, values: LegalValues
) -> tuple[int, int]:
    """Minutes of DIF, then of CPF, that a training takes, within what one training may take (R. 6323-7)."""
    limit = values.on("dif_and_cpf_hours_per_training", day)
    payable = training_minutes if limit.value is None else min(training_minutes, limit.minutes)
    from_dif = min(dif, payable)
    return from_dif, min(cpf, payable - from_dif)


def exact_share(amount: int, share: Fraction) -> int:
    """A share of an amount, rounded down: what is lost is never more than that share."""
    return int(amount * share)


def in_order(schemes: Sequence[Scheme], day: date, values: LegalValues) -> list[Scheme]:
    """These rights in the order in which they are used that day, those that never pay left out."""
    order = values.on("paying_schemes", day).names
    return sorted((scheme for scheme in schemes if scheme in order), key=order.index)
