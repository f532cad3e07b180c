"""Cases of one training to pay, of a conversion, of public hours."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from rights.enums import Scheme
from rights.parameters.types import LegalValues
from rights.rules import public_service
from rights.rules.account import FIRST_YEAR, AccountCase, Opening, replay
from rights.rules.activity import Profile
from rights.rules.conversion import Conversion, MainActivity, convert_to_cents, convert_to_hours
from rights.rules.derivation import Derivation, Measure
from rights.rules.funding import (
    JOB_SEEKER,
    Action,
    FundingCase,
    FundingPlan,
    Offer,
    Payer,
    Purse,
    plan_funding,
    share_hours_of_training,
)
from rights.rules.prevention import points_needed, training_value
from rights.rules.working import Working
from rights.rules.yearly import hours_with_threshold
from rights.scenarios.reading import Keys, Unreadable
from rights.scenarios.results import Outcome, Result
from rights.scenarios.working_years import read_profile, read_works

PURSE_KEYS = (
    ("rights", Scheme.CPF),
    ("legal", Scheme.CPF),
    ("opening", Scheme.CPF),
    ("dotation", Scheme.SUPPLEMENT),
    ("dif", Scheme.DIF),
    ("cec", Scheme.CEC),
)
OFFER_KEYS = (
    ("employer", Payer.EMPLOYER),
    ("abondement_opco", Payer.OPCO),
    ("opco", Payer.OPCO),
    ("region", Payer.REGION),
    ("atmp", Payer.ATMP),
)
USED_NAMES = {
    "employer_used": Payer.EMPLOYER,
    "opco_used": Payer.OPCO,
    "region_used": Payer.REGION,
    "atmp_used": Payer.ATMP,
    "c2p_used": Payer.C2P,
}
_MAIN = {"prive": MainActivity.PRIVATE, "public": MainActivity.PUBLIC, "egal": MainActivity.EQUAL}
# The year whose amounts a case without dates takes: the first one of each.
FIRST_LOW_QUALIFIED_YEAR = 2017
_DIRECTIONS = {
    "hours": True,
    "h": True,
    "eur_to_hours": True,
    "eur": False,
    "euros": False,
    "hours_to_eur": False,
}


def evaluate_funding(keys: Keys, *, as_of: date, unit: str, values: LegalValues) -> Outcome:
    """Who pays what; the value is what is left on the rights."""
    day = keys.day("date") or as_of
    purses: dict[Scheme, int] = {}
    for key, scheme in PURSE_KEYS:
        amount = keys.cents(key)
        if amount is not None:
            purses[scheme] = purses.get(scheme, 0) + amount
    offers = [
        Offer(payer, amount) for key, payer in OFFER_KEYS if (amount := _offered(keys, key, day, values))
    ]
    points = keys.whole("c2p_points")
    if points:
        offers.append(Offer(Payer.C2P, _points_in_cents(points, day, values)))
    case = FundingCase(
        day=day,
        price_cents=keys.cents("cost") or 0,
        purses=tuple(Purse(scheme, amount) for scheme, amount in purses.items()),
        action=Action(keys.text("action", [item.value for item in Action]) or Action.RNCP),
        job_seeker=keys.text("status", ["salarie", JOB_SEEKER]) == JOB_SEEKER,
        exempt=keys.flag("exempt"),
        retired=keys.flag("retired"),
        offers=tuple(offers),
    )
    keys.finish()
    plan = plan_funding(case, values=values)
    left = {scheme: amount - plan.used(scheme) for scheme, amount in purses.items()}
    details = _funding_details(plan, left, day, values)
    derivations = (*(part.derivation for part in plan.parts), plan.derivation)
    return Outcome(Fraction(sum(left.values()), 100), unit, details, derivations, plan.refusal)


def _offered(keys: Keys, key: str, day: date, values: LegalValues) -> int | None:
    """Cents offered; `atmp` true offers the whole amount of the law."""
    if key == "atmp" and keys.take(key) is True:
        return values.on("atmp_cents", day).number
    return keys.cents(key)


def _points_in_cents(points: int, day: date, values: LegalValues) -> int:
    if values.on("c2p_training_cents_per_point", day).value is None:
        raise Unreadable("c2p_points : un point valait alors des heures, pas des euros")
    return training_value(points, day=day, values=values).result


def _funding_details(
    plan: FundingPlan, left: dict[Scheme, int], day: date, values: LegalValues
) -> dict[str, Result]:
    used = dict.fromkeys(Payer, 0)
    for offer in plan.cofunding:
        used[offer.payer] += offer.amount_cents
    found: dict[str, Result] = {
        "rights_used": Fraction(plan.rights_used_cents, 100),
        "cofinancement": Fraction(plan.cofunded_cents, 100),
        "reste_a_charge": Fraction(plan.holder_charge_cents, 100),
        "participation": Fraction(plan.participation_cents, 100),
        **{name: Fraction(used[payer], 100) for name, payer in USED_NAMES.items()},
    }
    for name, scheme in (
        ("legal_left", Scheme.CPF),
        ("dotation_left", Scheme.SUPPLEMENT),
        ("dif_left", Scheme.DIF),
        ("cec_left", Scheme.CEC),
    ):
        found[name] = Fraction(left.get(scheme, 0), 100)
    if used[Payer.C2P]:
        found["c2p_points_used"] = points_needed(used[Payer.C2P], day=day, values=values)
    return found


def evaluate_shared_hours(keys: Keys, *, as_of: date, unit: str, values: LegalValues) -> Outcome:
    """A training of the hours era on two counters, in hours."""
    dif, cpf = keys.minutes("dif") or 0, keys.minutes("cpf") or 0
    training = keys.minutes("training_hours") or 0
    keys.finish()
    from_dif, from_cpf = share_hours_of_training(training, day=as_of, dif=dif, cpf=cpf, values=values)
    left = Fraction(dif + cpf - from_dif - from_cpf, 60)
    details: dict[str, Result] = {
        "cpf_left": Fraction(cpf - from_cpf, 60),
        "dif_left": Fraction(dif - from_dif, 60),
        "funded_hours": Fraction(from_dif + from_cpf, 60),
    }
    return Outcome(left, unit, details)


def evaluate_theory(keys: Keys, *, unit: str, values: LegalValues) -> Outcome:
    """What a number of full-time years would bring in hours, without dates."""
    years = keys.number("full_time_years") or Fraction(0)
    low_qualified = keys.flag("low_qualified")
    keys.finish()
    year = FIRST_LOW_QUALIFIED_YEAR if low_qualified else FIRST_YEAR
    ceiling = values.of_year(
        "cpf_low_qualified_hours_ceiling" if low_qualified else "cpf_hours_ceiling", year
    ).minutes
    names = ("cpf_yearly_hours", "cpf_hours_threshold", "cpf_yearly_hours_above_threshold")
    if low_qualified:
        # One rate all along: there is no threshold before the ceiling.
        rate = "cpf_low_qualified_yearly_hours"
        names = (rate, "cpf_low_qualified_hours_ceiling", rate)
    balance, working = 0, Working("theory", values)
    while years > 0 and balance < ceiling:
        share = min(Fraction(1), years)
        added = hours_with_threshold(working, share, balance, names=names, year=year)
        balance = min(ceiling, balance + int(added.value))
        years -= share
    return Outcome(Fraction(balance, 60), unit, {}, (working.done(),) if balance else ())


def evaluate_conversion(keys: Keys, *, as_of: date, unit: str, values: LegalValues) -> Outcome:
    """Between a private and a public counter; the value is the target counter."""
    day = keys.day("date") or as_of
    way = keys.text("to", _DIRECTIONS) or keys.text("request", _DIRECTIONS)
    keys.skip("request")
    if way is None:
        raise Unreadable("to : attendu hours ou eur")
    main = _MAIN[keys.text("main_activity", _MAIN) or "egal"]
    low = keys.flag("low_qualified") | keys.flag("cat_c_low")
    majored = low | keys.flag("oeth") | keys.flag("esat")
    private, public, cec = (
        keys.cents("private_eur") or 0,
        keys.minutes("public_hours") or 0,
        keys.cents("cec") or 0,
    )
    before = (keys.minutes("converted_last_6_years") or 0) + (keys.minutes("converted_last_8_years") or 0)
    keys.finish()
    if not _DIRECTIONS[way]:
        done = convert_to_cents(
            public, day=day, private_balance=private, majored_ceiling=majored, main=main, values=values
        )
        left: dict[str, Result] = {"public_left": Fraction(public - done.taken, 60)}
        return _converted(Fraction(private + done.given, 100), unit, left, [done], Fraction(done.given, 100))
    parts = [
        convert_to_hours(
            private,
            day=day,
            public_balance=public,
            low_qualified=low,
            main=main,
            values=values,
            converted_before=before,
        )
    ]
    if cec:
        parts.append(
            convert_to_hours(
                cec, day=day, public_balance=public, low_qualified=low, main=main, values=values,
                rate_name="cec_cents_per_hour",
            )
        )  # fmt: skip
    given = sum(part.given for part in parts)
    left = {"private_left": Fraction(private - parts[0].taken, 100)}
    left["cec_left"] = Fraction(cec - sum(part.taken for part in parts[1:]), 100)
    return _converted(Fraction(public + given, 60), unit, left, parts, Fraction(given, 60))


def _converted(
    value: Fraction, unit: str, left: dict[str, Result], parts: list[Conversion], converted: Fraction
) -> Outcome:
    derivations = tuple(part.derivation for part in parts)
    return Outcome(value, unit, {**left, "converted": converted}, derivations, parts[0].refusal)


def evaluate_public(keys: Keys, *, as_of: date, unit: str, values: LegalValues) -> Outcome:
    """Hours added or taken on a public counter: unfitness, anticipation, days of training."""
    profile = read_profile(keys, public=True)
    balance, derivations = _hours_of_service(keys, profile, as_of, values)
    details: dict[str, Result] = {}
    asked = keys.minutes("inaptitude")
    if asked is not None:
        added = public_service.unfitness_hours(asked, day=as_of, values=values)
        derivations.append(added)
        balance += added.result
    years, left = keys.number("anticipation_years"), keys.number("cdd_years_left")
    if years is not None:
        advanced = public_service.anticipated_hours(
            years, day=as_of, balance=balance, profile=profile, values=values, contract_years_left=left
        )
        derivations.append(advanced)
        balance += advanced.result
    days = keys.number("days")
    if days is not None:
        taken = public_service.hours_for_days(days, day=as_of, balance=balance, values=values)
        derivations.append(taken)
        balance -= taken.result
        details["debited"] = Fraction(taken.result, 60)
    keys.finish()
    return Outcome(Fraction(balance, 60), unit, details, tuple(derivations))


def _hours_of_service(
    keys: Keys, profile: Profile, as_of: date, values: LegalValues
) -> tuple[int, list[Derivation]]:
    """Minutes on the counter before the event: what it opened with, then the years of service posted by that day."""
    opening = (keys.minutes("opening") or 0) + (keys.minutes("public_hours") or 0)
    case = AccountCase(
        profile=profile,
        works=read_works(keys, public=True, values=values),
        openings=(Opening(Scheme.PUBLIC_HOURS, Measure.MINUTES, opening),),
    )
    account = replay(case, until=as_of, values=values)
    found = [move.derivation for move in account.movements if move.derivation]
    return account.held(Scheme.PUBLIC_HOURS, Measure.MINUTES), found
