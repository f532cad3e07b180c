"""Cases of a whole account: years, openings, dotations, debits, cancellations, conversions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from rights.enums import Scheme
from rights.parameters.types import LegalValues
from rights.rules import engagement, supplements
from rights.rules.account import (
    Account,
    AccountCase,
    Cancellation,
    DatedSupplement,
    Debit,
    Opening,
    replay,
)
from rights.rules.activity import Profile, still_fed_on
from rights.rules.derivation import Measure
from rights.rules.funding import JOB_SEEKER, Action
from rights.scenarios.commitments import read_declarations
from rights.scenarios.reading import Keys, Unreadable, exact
from rights.scenarios.results import Outcome, Result
from rights.scenarios.working_years import read_profile, read_works

HOLDER, ORGANISATION = "titulaire", "organisme"


def evaluate_account(keys: Keys, *, theme: str, as_of: date, unit: str, values: LegalValues) -> Outcome:
    """Replay the account and give its state on `as_of`, in `unit`."""
    case = read_case(keys, theme=theme, as_of=as_of, unit=unit, values=values)
    fraud_years = keys.whole("fraud_years", 0) or 0
    acquired, used, new = (keys.cents(key) for key in ("cec_acquired", "cec_used", "new"))
    keys.skip("action")
    keys.finish()
    account = replay(case, until=as_of, values=values)
    if fraud_years:
        _recalculate(account, range(as_of.year - fraud_years, as_of.year), as_of)
    if acquired is not None:
        _continue_commitment(account, acquired, used or 0, new or 0, as_of)
    return outcome_of(account, as_of=as_of, unit=unit, public=_is_public(case, theme))


def read_case(keys: Keys, *, theme: str, as_of: date, unit: str, values: LegalValues) -> AccountCase:
    public = theme == "H"
    works = read_works(keys, public=public, values=values)
    profile = read_profile(keys, public=public)
    accident, incapacity = _read_accident(keys)
    job_seeker = keys.text("status", ["salarie", JOB_SEEKER]) == JOB_SEEKER
    exempt = keys.flag("exempt") or job_seeker
    return AccountCase(
        profile=profile,
        works=works,
        openings=tuple(_read_openings(keys, public=public, unit=unit)),
        dif_minutes=keys.minutes("dif_hours") or 0,
        dif_entered_on=keys.day("dif_entered") or keys.day("entered_on"),
        engagements=read_declarations(keys, as_of=as_of, values=values),
        supplements=tuple(_read_supplements(keys)),
        accident_cents=accident,
        accident_incapacity=incapacity,
        recovery_cents=keys.cents("recovery") or 0,
        debits=tuple(_read_debits(keys, public, as_of, exempt, values)),
        cancellation=_read_cancellation(keys, as_of),
        convert_on=keys.day("convert"),
        converts_to_hours_when_equal=unit == "h",
    )


def _read_openings(keys: Keys, *, public: bool, unit: str) -> list[Opening]:
    hours = Scheme.PUBLIC_HOURS if public else Scheme.CPF
    minutes, cents = Measure.MINUTES, Measure.CENTS
    in_hours = public or unit == "h"
    opening = keys.minutes("opening") if in_hours else keys.cents("opening")
    found = [
        (hours if in_hours else Scheme.CPF, minutes if in_hours else cents, opening),
        (Scheme.CPF, cents, keys.cents("legal")),
        (hours, minutes, keys.minutes("opening_hours")),
        (Scheme.CPF, minutes, keys.minutes("cpf_hours")),
        (Scheme.CEC, minutes, keys.minutes("cec_hours")),
        (Scheme.CEC, cents, keys.cents("cec")),
        (Scheme.SUPPLEMENT, cents, keys.cents("dotation")),
        (Scheme.PUBLIC_HOURS, minutes, keys.minutes("public_hours")),
    ]
    return [Opening(scheme, measure, amount) for scheme, measure, amount in found if amount]


def _read_accident(keys: Keys) -> tuple[int | None, Fraction | None]:
    """`atmp` true asks for the whole amount, a number for a part of it; without `ip` the incapacity is enough."""
    asked, incapacity = keys.take("atmp"), keys.percent("ip")
    if asked is None or asked is False:
        return None, None
    amount = None if asked is True else int(exact("atmp", asked) * 100)
    return amount, Fraction(100) if incapacity is None else incapacity


def _read_supplements(keys: Keys) -> list[DatedSupplement]:
    raw = keys.take("dotations")
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise Unreadable("dotations : attendu une liste")
    return [_read_supplement(Keys(item, f"dotations[{rank}]")) for rank, item in enumerate(raw)]


def _read_supplement(keys: Keys) -> DatedSupplement:
    kind = keys.text("type", [item.value for item in supplements.SupplementKind])
    if kind is None:
        raise Unreadable(f"{keys.label('type')} : attendu")
    whole = keys.take("amount") == "max"
    amount = None if whole else keys.cents("amount")
    if amount is None and not whole:
        raise Unreadable(f"{keys.label('amount')} : attendu")
    supplement = supplements.Supplement(
        kind=supplements.SupplementKind(kind),
        amount=amount,
        received=keys.take("received") is not False,
        deadline=keys.day("deadline"),
        refundable=keys.flag("refund"),
    )
    dated = DatedSupplement(supplement, keys.day("date"))
    keys.finish()
    return dated


def _read_debits(keys: Keys, public: bool, as_of: date, exempt: bool, values: LegalValues) -> list[Debit]:
    raw = keys.take("debits")
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise Unreadable("debits : attendu une liste")
    action = Action(keys.text("action", [item.value for item in Action]) or Action.RNCP)
    return [
        _read_debit(Keys(item, f"debits[{rank}]"), public, as_of, exempt, action, values)
        for rank, item in enumerate(raw)
    ]


def _read_debit(
    keys: Keys, public: bool, as_of: date, exempt: bool, action: Action, values: LegalValues
) -> Debit:
    on = keys.day("date") or as_of
    in_hours = public or on < values.on("conversion_day", on).day
    amount = keys.minutes("amount") if in_hours else keys.cents("amount")
    cost = keys.cents("cost")
    own = keys.text("action", [item.value for item in Action])
    seeker = keys.text("status", ["salarie", JOB_SEEKER]) == JOB_SEEKER
    spared = keys.flag("exempt")
    keys.finish()
    if (amount is None) == (cost is None):
        raise Unreadable(f"{keys.label('amount')} : attendu amount ou cost, l’un des deux")
    return Debit(on, amount, cost, Action(own) if own else action, exempt or seeker or spared, public)


def _read_cancellation(keys: Keys, as_of: date) -> Cancellation | None:
    on, by, starts_on = keys.day("cancel"), keys.text("cancel_by", [HOLDER, ORGANISATION]), keys.day("start")
    if on is None and by is None:
        return None
    return Cancellation(on or as_of, by_holder=by != ORGANISATION, starts_on=starts_on)


def _recalculate(account: Account, years: range, on: date) -> None:
    account.owed = supplements.recalculation_cents(years, account.values)
    account.retain(on)


def _continue_commitment(account: Account, acquired: int, used: int, new: int, on: date) -> None:
    """What is left of the commitment after a use and a new activity, by the reading of the ceiling."""
    left = max(0, acquired - used)
    added = engagement.room_for(new, day=on, acquired=acquired, balance=left, values=account.values)
    account.balances[Scheme.CEC, Measure.CENTS] = account.held(Scheme.CEC) + left + added.result


def _is_public(case: AccountCase, theme: str) -> bool:
    opened = any(opening.scheme is Scheme.PUBLIC_HOURS for opening in case.openings)
    return theme == "H" or opened or any(work.public > 0 for work in case.works)


def outcome_of(account: Account, *, as_of: date, unit: str, public: bool) -> Outcome:
    details = _details(account, as_of)
    derivations = tuple(move.derivation for move in account.movements if move.derivation)
    if unit != "h":
        return Outcome(Fraction(account.total_cents(), 100), unit, details, derivations)
    hours = details["public_hours"] if public else _private_hours(account, as_of)
    return Outcome(hours, unit, details, derivations)


def _private_hours(account: Account, as_of: date) -> Fraction:
    minutes = sum(
        amount
        for (scheme, measure), amount in account.balances.items()
        if measure is Measure.MINUTES and scheme is not Scheme.PUBLIC_HOURS
    )
    if minutes or as_of < account.values.on("conversion_day", as_of).day:
        return Fraction(minutes, 60)
    # Asked in hours after the conversion: what the euros of the account stand for.
    rate = account.values.on("cpf_cents_per_hour", as_of).number
    return Fraction(account.held(Scheme.CPF) + account.held(Scheme.DIF), rate)


def _details(account: Account, as_of: date) -> dict[str, Result]:
    euros = {scheme: Fraction(account.held(scheme), 100) for scheme in (Scheme.CPF, Scheme.DIF, Scheme.CEC)}
    accident = sum(
        move.amount for move in account.movements if move.derivation and move.derivation.name == "accident"
    )
    accident = min(accident, account.held(Scheme.SUPPLEMENT))
    supplement = Fraction(account.held(Scheme.SUPPLEMENT), 100)
    public = Fraction(account.held(Scheme.PUBLIC_HOURS, Measure.MINUTES), 60)
    before = as_of < account.values.on("conversion_day", as_of).day
    hours = {scheme: Fraction(account.held(scheme, Measure.MINUTES), 60) for scheme in euros}
    shown = hours if before else euros
    private = euros[Scheme.CPF] + euros[Scheme.DIF] + supplement
    found: dict[str, Result] = {
        "legal": euros[Scheme.CPF],
        "cpf": shown[Scheme.CPF],
        "dif": shown[Scheme.DIF],
        "cec": shown[Scheme.CEC],
        "dotation": supplement - Fraction(accident, 100),
        "atmp": Fraction(accident, 100),
        "private": private,
        "public_hours": public,
        "participation": Fraction(account.participation, 100),
        **_usable(account, as_of, private, euros[Scheme.CEC]),
    }
    found |= {f"{name}_left": found[name] for name in ("legal", "cpf", "dif", "cec", "dotation", "private")}
    found["public_left"] = public
    if account.refund_days is not None:
        found["refund_days"] = account.refund_days
    return found


def _usable(account: Account, as_of: date, private: Fraction, cec: Fraction) -> dict[str, Result]:
    """What still pays something: at the full pension, commitment alone, for a volunteer's mission (L. 6323-3)."""
    profile: Profile = account.case.profile
    active = still_fed_on(as_of, profile, account.values)
    usable = private + cec if active else Fraction(0)
    return {"usable": usable, "usable_rncp": usable, "usable_mission": cec}
