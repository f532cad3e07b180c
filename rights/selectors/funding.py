"""What a training would cost a person, on the balances as they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from accounts.models import Holder
from accounts.selectors.situations import is_registered_job_seeker
from rights.enums import Scheme
from rights.facts import TrainingFileFacts
from rights.models import Counter
from rights.parameters import legal_values, value_on
from rights.rules.actions import action_of
from rights.rules.funding import Action, FundingCase, FundingPlan, Purse, plan_funding


def paying_counters(holder: Holder, day: date) -> list[Counter]:
    """The counters of the holder that pay a training requested that day, in the order in which they are used."""
    order = value_on("paying_schemes", day).names
    counters = Counter.objects.filter(holder=holder, scheme__in=order)
    return sorted(counters, key=lambda counter: order.index(counter.scheme))


def plan_from_counters(
    counters: Iterable[Counter], *, price_cents: int, day: date, action: Action, job_seeker: bool
) -> FundingPlan:
    """The split of a price between these counters, given in any order, and the holder, by the rules of the day."""
    case = FundingCase(
        day=day,
        price_cents=price_cents,
        purses=tuple(Purse(Scheme(counter.scheme), counter.balance) for counter in counters),
        action=action,
        job_seeker=job_seeker,
    )
    return plan_funding(case, values=legal_values())


def funding_plan(*, holder: Holder, facts: TrainingFileFacts, day: date) -> FundingPlan:
    """What this person would pay for this training requested that day. Two queries, nothing is held."""
    return plan_from_counters(
        paying_counters(holder, day),
        price_cents=facts.price_cents,
        day=day,
        action=action_bought(certification_code=facts.certification_code, title=facts.title, day=day),
        job_seeker=is_registered_job_seeker(holder, day),
    )


def action_bought(*, certification_code: str, title: str, day: date) -> Action:
    """The kind of action of a training, by the registers of that day."""
    clea_codes = value_on("clea_certifications", day).names
    return action_of(certification_code=certification_code, title=title, clea_codes=clea_codes)
