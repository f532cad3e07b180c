"""From the facts that bodies declare, as they are stored, to the inputs of the rules; refuses what has no meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from rights.enums import DeclarationKind
from rights.parameters.types import LegalValues
from rights.rules import engagement, prevention, supplements
from rights.rules.activity import FULL, NONE, YearOfWork, share_of_days, share_of_hours, share_of_pay

SECTORS = ("private", "public", "esat")
FACTS: dict[DeclarationKind, frozenset[str]] = {
    DeclarationKind.ACTIVITY: frozenset(
        {"sector", "apprentice", "hours", "reference", "days", "agreed_days", "pay", "minimum_wage", "share"}
        | {"absence_share", "part_time"}
    ),
    DeclarationKind.SELF_EMPLOYMENT: frozenset({"share", "levy_paid"}),
    DeclarationKind.COMMITMENT: frozenset(
        {"activity", "quantity", "in_one_body", "declared_on", "attested_on", "association_age"}
    ),
    DeclarationKind.EXPOSURE: frozenset({"factors", "months"}),
    DeclarationKind.SUPPLEMENT: frozenset({"type", "amount", "received_on", "deadline", "refundable"}),
}
CANCELLED = "cancelled"
BOOLEANS = frozenset({"apprentice", "part_time", "levy_paid", "refundable", CANCELLED})
DATES = frozenset({"declared_on", "attested_on", "received_on", "deadline"})
NUMBERS = frozenset(
    {"hours", "reference", "days", "agreed_days", "pay", "minimum_wage", "share", "absence_share"}
    | {"quantity", "in_one_body", "association_age", "months", "amount"}
)
LARGEST = 10**9
Facts = Mapping[str, Any]


class InvalidFact(ValueError):
    """A declared fact has no meaning; `field` and `rule` go to the report of the import."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field} : {rule}")
        self.field = field
        self.rule = rule


@dataclass(frozen=True)
class Declared:
    """One declaration in force: its kind, the declarant's reference, its checked facts."""

    kind: DeclarationKind
    reference: str
    facts: Facts

    @property
    def is_cancelled(self) -> bool:
        return bool(self.facts.get(CANCELLED))


def checked_facts(
    kind: DeclarationKind, raw: Mapping[str, str], year: int, values: LegalValues
) -> dict[str, Any]:
    """The facts as they are stored: numbers as exact text, dates as ISO, booleans. Raises InvalidFact."""
    allowed = FACTS[kind] | {CANCELLED}
    facts: dict[str, Any] = {}
    for field, text in raw.items():
        if text == "":
            continue
        if field not in allowed:
            raise InvalidFact(field, f"n’a pas de sens pour « {kind.label} »")
        facts[field] = _fact(field, text.strip())
    _check_whole(Declared(kind, "", facts), year, values)
    return facts


def _fact(field: str, text: str) -> Any:
    if field in BOOLEANS:
        if text not in ("oui", "non"):
            raise InvalidFact(field, "attendu oui ou non")
        return text == "oui"
    if field in DATES:
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError as error:
            raise InvalidFact(field, "attendu une date AAAA-MM-JJ") from error
    if field in NUMBERS:
        return str(_number(field, text))
    if field == "factors":
        return sorted(name for name in text.split("+") if name)
    return text


def _number(field: str, text: str) -> Fraction:
    try:
        number = Fraction(text.replace(",", ".")) if len(text) <= 20 else None
    except (ValueError, ZeroDivisionError):
        number = None
    if number is None or number < 0 or number > LARGEST:
        raise InvalidFact(field, "attendu un nombre positif")
    return number


def _check_whole(declared: Declared, year: int, values: LegalValues) -> None:
    """Build the input once: what the rules could not read is refused at import, not at feeding."""
    if declared.is_cancelled:
        return
    try:
        if declared.kind in (DeclarationKind.ACTIVITY, DeclarationKind.SELF_EMPLOYMENT):
            work_of_year([declared], year, values)
        elif declared.kind is DeclarationKind.COMMITMENT:
            commitment_of(declared, year)
        elif declared.kind is DeclarationKind.EXPOSURE:
            _check_months(exposure_of([declared], year, None, values).months)
        else:
            supplement_of(declared)
    except LookupError as error:
        raise InvalidFact("year", "aucune règle pour cette année") from error


def _check_months(months: Fraction) -> None:
    if months > prevention.MONTHS_A_YEAR:
        raise InvalidFact("months", f"une année a {prevention.MONTHS_A_YEAR} mois au plus")


def work_of_year(declared: Iterable[Declared], year: int, values: LegalValues) -> YearOfWork:
    """All the jobs of one year together: shares of the private sector add up, so do those of public posts."""
    employed = absence = public = self_employed = NONE
    apprentice = esat = False
    levy_paid = True
    for item in declared:
        facts = item.facts
        if item.kind is DeclarationKind.SELF_EMPLOYMENT:
            self_employed += Fraction(facts.get("share", "1"))
            levy_paid = levy_paid and facts.get("levy_paid", True)
            continue
        sector = facts.get("sector", "private")
        if sector not in SECTORS:
            raise InvalidFact("sector", f"attendu {', '.join(SECTORS)}")
        share = _share_of(facts, year, values)
        if sector == "esat":
            esat = True
        elif sector == "public":
            # Part time counts as full in the public service; only a post that is not full is prorated.
            public += FULL if facts.get("part_time") else share
        else:
            employed += share
            absence += Fraction(facts.get("absence_share", "0"))
            apprentice = apprentice or bool(facts.get("apprentice"))
    return YearOfWork(
        year=year,
        employed=employed,
        counted_absence=absence,
        apprentice=apprentice,
        self_employed=min(FULL, self_employed),
        levy_paid=levy_paid,
        esat=esat,
        public=min(FULL, public),
    )


def _share_of(facts: Facts, year: int, values: LegalValues) -> Fraction:
    if "share" in facts:
        return Fraction(facts["share"])
    if "hours" in facts:
        reference = _positive(facts, "reference") if "reference" in facts else None
        return share_of_hours(Fraction(facts["hours"]), reference, year=year, values=values)
    if "days" in facts:
        return share_of_days(
            Fraction(facts["days"]), _positive(facts, "agreed_days"), year=year, values=values
        )
    if "pay" in facts:
        return share_of_pay(
            Fraction(facts["pay"]), _positive(facts, "minimum_wage"), year=year, values=values
        )
    if facts.get("sector") == "esat" or "absence_share" in facts:
        return NONE
    raise InvalidFact("share", "attendu une durée : share, hours, days ou pay")


def _positive(facts: Facts, field: str) -> Fraction:
    number = Fraction(facts.get(field, "0"))
    if number <= 0:
        raise InvalidFact(field, "attendu un nombre au-dessus de zéro")
    return number


def commitment_of(declared: Declared, year: int) -> engagement.Declaration:
    facts = declared.facts
    if facts.get("activity") not in set(engagement.Activity):
        raise InvalidFact("activity", f"attendu {', '.join(engagement.Activity)}")
    return engagement.Declaration(
        activity=engagement.Activity(facts["activity"]),
        year=year,
        quantity=_optional(facts, "quantity"),
        in_one_body=_optional(facts, "in_one_body"),
        declared_on=_date(facts, "declared_on"),
        attested_on=_date(facts, "attested_on"),
        association_age=_optional(facts, "association_age"),
    )


def exposure_of(
    declared: Iterable[Declared], year: int, born: date | None, values: LegalValues
) -> prevention.Exposure:
    """The exposures of a year together: every factor named once, the longest contract."""
    names: set[str] = set()
    months = Fraction(0)
    for item in declared:
        factors = item.facts.get("factors", [])
        unknown = set(factors) - prevention.known_factors(values)
        if not factors or unknown:
            raise InvalidFact("factors", f"facteur inconnu : {', '.join(sorted(unknown)) or 'aucun'}")
        names |= set(factors)
        months = max(months, Fraction(item.facts.get("months", "12")))
    return prevention.Exposure(year=year, names=tuple(sorted(names)), months=months, born=born)


def supplement_of(declared: Declared) -> tuple[supplements.Supplement, date | None]:
    """The supplement and the day on which its money came, None while it has not."""
    facts = declared.facts
    if facts.get("type") not in set(supplements.SupplementKind):
        raise InvalidFact("type", f"attendu {', '.join(supplements.SupplementKind)}")
    cents = Fraction(facts.get("amount", "0")) * 100
    if cents <= 0 or cents.denominator != 1:
        raise InvalidFact("amount", "attendu un montant en euros")
    received_on = _date(facts, "received_on")
    supplement = supplements.Supplement(
        kind=supplements.SupplementKind(facts["type"]),
        amount=int(cents),
        received=received_on is not None,
        deadline=_date(facts, "deadline"),
        refundable=bool(facts.get("refundable")),
    )
    return supplement, received_on


def _optional(facts: Facts, field: str) -> Fraction | None:
    return Fraction(facts[field]) if field in facts else None


def _date(facts: Facts, field: str) -> date | None:
    return date.fromisoformat(facts[field]) if field in facts else None
