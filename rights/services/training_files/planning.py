"""Who pays what of a file, and what is set aside for it: one plan, made again whenever one of its terms changes."""

from __future__ import annotations

from datetime import date

from rights.enums import Funder
from rights.exceptions import ActionNotPaid, PlanChanged
from rights.models import Counter, TrainingFile, TrainingFileFunding
from rights.parameters import legal_values
from rights.rules.funding import FundingPlan, Purse, plan_funding
from rights.selectors.funding import case_of_file, paying_counters
from rights.services.ledger import hold, lock_counters, release_holds, reserved_for

OURS = (Funder.CPF_ACCOUNT, Funder.HOLDER)


def plan_file(
    training_file: TrainingFile, *, today: date, expected_charge_cents: int | None = None
) -> FundingPlan:
    """Split the price of a locked file by the rules of the day, set the parts of the rights aside, write the parts.

    What is already set aside for the file counts as available, and stays as it is when the plan has not changed.
    Raises ActionNotPaid, PlanChanged when the remaining charge is not the one expected.
    """
    counters = lock_counters([counter.pk for counter in paying_counters(training_file.holder, today)])
    held = reserved_for(training_file)
    purses = [Purse(counter.scheme_as_enum, counter.balance + held.get(counter, 0)) for counter in counters]
    plan = plan_funding(case_of_file(training_file, purses, today), values=legal_values())
    if plan.refusal:
        raise ActionNotPaid(plan.refusal)
    if expected_charge_cents is not None and expected_charge_cents != plan.holder_charge_cents:
        raise PlanChanged
    by_scheme = {counter.scheme: counter for counter in counters}
    _set_aside(training_file, plan, by_scheme, held, today)
    _write_parts(training_file, plan, by_scheme)
    return plan


def _set_aside(
    training_file: TrainingFile,
    plan: FundingPlan,
    counters: dict[str, Counter],
    held: dict[Counter, int],
    today: date,
) -> None:
    wanted = {counters[part.scheme]: part.amount_cents for part in plan.parts}
    if wanted == held:
        return
    release_holds(
        training_file=training_file,
        value_date=today,
        source="Nouveau calcul de votre dossier",
        label="La mise de côté est refaite : le prix, vos droits ou les financeurs ont changé",
    )
    for part in plan.parts:
        hold(
            counter=counters[part.scheme],
            amount=part.amount_cents,
            training_file=training_file,
            value_date=today,
            derivation=part.derivation.as_json(),
        )


def _write_parts(training_file: TrainingFile, plan: FundingPlan, counters: dict[str, Counter]) -> None:
    training_file.fundings.filter(funder__in=OURS).delete()
    parts = [
        TrainingFileFunding(
            training_file=training_file,
            funder=Funder.CPF_ACCOUNT,
            counter=counters[part.scheme],
            amount_cents=part.amount_cents,
        )
        for part in plan.parts
    ]
    if plan.holder_charge_cents:
        parts.append(
            TrainingFileFunding(
                training_file=training_file, funder=Funder.HOLDER, amount_cents=plan.holder_charge_cents
            )
        )
    TrainingFileFunding.objects.bulk_create(parts)
