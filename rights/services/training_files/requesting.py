from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Holder
from accounts.selectors.situations import is_registered_job_seeker
from accounts.services.sign_in_proofs import Assurance
from catalog.models import Session
from rights.enums import EventOrigin, FileOrigin, Funder, JournalEventKind, Transmission
from rights.exceptions import ActionNotPaid, FileAlreadyOpen, KeyReused, PlanChanged
from rights.models import Counter, TrainingFile, TrainingFileFunding
from rights.rules.funding import FundingPlan
from rights.selectors.funding import action_bought, paying_counters, plan_from_counters
from rights.selectors.session_facts import facts_of_session
from rights.services.journal import append_event
from rights.services.ledger import hold, lock_counters
from rights.services.training_files.guards import check_request, check_spending
from rights.services.transitions import record_creation


def request_training_file(
    *,
    key: UUID,
    holder: Holder,
    session: Session,
    today: date,
    expected_charge_cents: int | None = None,
    assurance: Assurance | None = None,
) -> TrainingFile:
    """Open a file on the session for the holder and set the amount aside on the holder's counters.

    `key` is the form's: the same key again returns the same file. `expected_charge_cents` is the remaining charge
    that the person was shown; PlanChanged when it is no longer right. `assurance`: what the session proves of the
    person, None for a password alone, which spends only under a standing check of identity.
    Raises SpendingRefused, IdentityProofRequired, AccountClosed, SessionNotOpen, DatesUnknown, RequestTooLate,
    PriceUnknown, ActionNotPaid, FileAlreadyOpen, KeyReused.
    Source: articles L. 6323-7 (participation), R. 6333-3 (order of the rights) of the code du travail.
    """
    requested = _already_requested(key, holder, session)
    if requested is not None:
        return requested
    check_request(holder=holder, session=session, today=today)
    with transaction.atomic():
        check_spending(holder=holder, assurance=assurance, now=timezone.now())
        training_file = _new_file(key, holder, session, today)
        try:
            # A savepoint: the unique constraints decide who comes first, and the loser reads what won.
            with transaction.atomic():
                training_file.save(force_insert=True)
        except IntegrityError as error:
            return _winner(error, key, holder, session, training_file)
        _fund(training_file, today, expected_charge_cents)
        record_creation(training_file=training_file, origin=EventOrigin.PORTAL)
        append_event(
            kind=JournalEventKind.FILE_REQUESTED, training_file=training_file, origin=EventOrigin.PORTAL
        )
    return training_file


def _already_requested(key: UUID, holder: Holder, session: Session) -> TrainingFile | None:
    training_file = TrainingFile.objects.filter(pk=key).first()
    if training_file is None:
        return None
    if (training_file.holder_id, training_file.session_id) != (holder.pk, session.pk):
        raise KeyReused
    return training_file


def _winner(
    error: IntegrityError, key: UUID, holder: Holder, session: Session, wanted: TrainingFile
) -> TrainingFile:
    """The file of the same key when two requests crossed; FileAlreadyOpen when another file is in the way."""
    same_key = _already_requested(key, holder, session)
    if same_key is not None:
        return same_key
    in_the_way = TrainingFile.objects.active().same_training_as(wanted).first()
    if in_the_way is None:
        raise error
    raise FileAlreadyOpen(in_the_way)


def _new_file(key: UUID, holder: Holder, session: Session, today: date) -> TrainingFile:
    return TrainingFile(
        pk=key,
        holder=holder,
        session=session,
        origin=FileOrigin.PORTAL,
        transmission=Transmission.PENDING,
        requested_on=today,
        **facts_of_session(session, today).as_fields(),
    )


def _fund(training_file: TrainingFile, today: date, expected_charge_cents: int | None) -> None:
    """Split the price and hold the parts of the account, the counters being locked from reading to writing."""
    counters = lock_counters([counter.pk for counter in paying_counters(training_file.holder, today)])
    plan = plan_from_counters(
        counters,
        price_cents=training_file.price_cents,
        day=today,
        action=action_bought(
            certification_code=training_file.certification_code, title=training_file.title, day=today
        ),
        job_seeker=is_registered_job_seeker(training_file.holder, today),
    )
    if plan.refusal:
        raise ActionNotPaid(plan.refusal)
    if expected_charge_cents is not None and expected_charge_cents != plan.holder_charge_cents:
        raise PlanChanged
    _write_parts(training_file, plan, {counter.scheme: counter for counter in counters}, today)


def _write_parts(
    training_file: TrainingFile, plan: FundingPlan, counters: dict[str, Counter], today: date
) -> None:
    for part in plan.parts:
        counter = counters[part.scheme]
        hold(
            counter=counter,
            amount=part.amount_cents,
            training_file=training_file,
            value_date=today,
            derivation=part.derivation.as_json(),
        )
        TrainingFileFunding.objects.create(
            training_file=training_file,
            funder=Funder.CPF_ACCOUNT,
            counter=counter,
            amount_cents=part.amount_cents,
        )
    if plan.holder_charge_cents:
        TrainingFileFunding.objects.create(
            training_file=training_file, funder=Funder.HOLDER, amount_cents=plan.holder_charge_cents
        )
