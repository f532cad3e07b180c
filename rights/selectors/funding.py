"""What a training would cost a person, on the balances as they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Sum

from accounts.models import Holder
from accounts.selectors.situations import is_registered_job_seeker
from rights.enums import KINDS_THAT_RESERVE, Funder, PartAnswer, Scheme
from rights.facts import TrainingFileFacts
from rights.models import Counter, Entry, TrainingFile
from rights.parameters import legal_values, value_on
from rights.rules.actions import action_of
from rights.rules.funding import Action, FundingCase, FundingPlan, Offer, Payer, Purse, plan_funding
from rights.selectors.profiles import is_retired

# As the rules tell payers apart: only some of them exempt from the participation.
PAYERS: dict[Funder, Payer] = {
    Funder.EMPLOYER: Payer.EMPLOYER,
    Funder.PUBLIC_EMPLOYER: Payer.EMPLOYER,
    Funder.OPCO: Payer.OPCO,
    Funder.REGION: Payer.REGION,
    Funder.FRANCE_TRAVAIL: Payer.OTHER,
    Funder.AGEFIPH: Payer.OTHER,
    Funder.TRANSITIONS_PRO: Payer.OTHER,
    Funder.STATE: Payer.OTHER,
    Funder.TRAINING_FUND: Payer.OTHER,
    Funder.OTHER: Payer.OTHER,
}


def paying_counters(holder: Holder, day: date) -> list[Counter]:
    """The counters of the holder that pay a training requested that day, in the order in which they are used."""
    order = value_on("paying_schemes", day).names
    counters = Counter.objects.filter(holder=holder, scheme__in=order)
    return sorted(counters, key=lambda counter: order.index(counter.scheme))


def plan_from_counters(
    counters: Iterable[Counter],
    *,
    price_cents: int,
    day: date,
    action: Action,
    job_seeker: bool,
    retired: bool = False,
) -> FundingPlan:
    """The split of a price between these counters, given in any order, and the holder, by the rules of the day."""
    case = FundingCase(
        day=day,
        price_cents=price_cents,
        purses=tuple(Purse(Scheme(counter.scheme), counter.balance) for counter in counters),
        action=action,
        job_seeker=job_seeker,
        retired=retired,
    )
    return plan_funding(case, values=legal_values())


def funding_plan(*, holder: Holder, facts: TrainingFileFacts, day: date) -> FundingPlan:
    """What this person would pay for this training requested that day. Three queries, nothing is held."""
    return plan_from_counters(
        paying_counters(holder, day),
        price_cents=facts.price_cents,
        day=day,
        action=action_bought(certification_code=facts.certification_code, title=facts.title, day=day),
        job_seeker=is_registered_job_seeker(holder, day),
        retired=is_retired(holder, day),
    )


def action_bought(*, certification_code: str, title: str, day: date) -> Action:
    """The kind of action of a training, by the registers of that day."""
    clea_codes = value_on("clea_certifications", day).names
    return action_of(certification_code=certification_code, title=title, clea_codes=clea_codes)


def action_of_file(training_file: TrainingFile, day: date) -> Action:
    """The kind of action of a file: the one asked for, else by its certification and its title."""
    if training_file.action_code:
        return Action(training_file.action_code)
    return action_bought(
        certification_code=training_file.certification_code, title=training_file.title, day=day
    )


def plan_of_file(training_file: TrainingFile, day: date) -> FundingPlan:
    """The plan of a file as it would be made that day, what is set aside for it counting as available. Five queries."""
    held = dict(
        Entry.objects.filter(training_file=training_file, kind__in=KINDS_THAT_RESERVE)
        .values_list("counter")
        .annotate(moved=Sum("amount"))
        .order_by("counter")
    )
    counters = paying_counters(training_file.holder, day)
    purses = [
        Purse(Scheme(counter.scheme), counter.balance - held.get(counter.pk, 0)) for counter in counters
    ]
    return plan_funding(case_of_file(training_file, purses, day), values=legal_values())


def case_of_file(training_file: TrainingFile, purses: Iterable[Purse], day: date) -> FundingCase:
    """What the rules need to know of a file: its price, its action, who may add to it."""
    others = training_file.fundings.exclude(funder__in=(Funder.CPF_ACCOUNT, Funder.HOLDER))
    return FundingCase(
        day=day,
        price_cents=training_file.price_cents,
        purses=tuple(purses),
        action=action_of_file(training_file, day),
        job_seeker=is_registered_job_seeker(training_file.holder, day),
        retired=is_retired(training_file.holder, day),
        offers=tuple(
            Offer(PAYERS[Funder(part.funder)], part.amount_cents)
            for part in others.exclude(answer=PartAnswer.REFUSED)
        ),
    )
