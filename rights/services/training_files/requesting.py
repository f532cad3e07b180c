from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Holder
from accounts.services.sign_in_proofs import Assurance
from catalog.models import Session
from rights.enums import EventOrigin, FileOrigin, JournalEventKind, Transmission
from rights.exceptions import FileAlreadyOpen, KeyReused
from rights.models import TrainingFile
from rights.selectors.session_facts import asks_prerequisites, facts_of_session, zone_of_place
from rights.services.journal import append_event
from rights.services.training_files.guards import check_open_requests, check_request, check_spending
from rights.services.training_files.planning import plan_file
from rights.services.transitions import enter_state, record_creation


def request_training_file(
    *,
    key: UUID,
    holder: Holder,
    session: Session,
    today: date,
    expected_charge_cents: int | None = None,
    assurance: Assurance | None = None,
    block_codes: Sequence[str] = (),
) -> TrainingFile:
    """Open a file on the session for the holder and set the amount aside on the holder's counters.

    `key` is the form's: the same key again returns the same file. `expected_charge_cents` is the remaining charge
    that the person was shown; PlanChanged when it is no longer right. `assurance`: what the session proves of the
    person, None for a password alone, which spends only under a standing check of identity.
    Raises SpendingRefused, IdentityProofRequired, AccountClosed, SessionNotOpen, DatesUnknown, RequestTooLate,
    PriceUnknown, TooManyRequests, ActionNotPaid, FileAlreadyOpen, KeyReused.
    Source: articles L. 6323-7 (participation), R. 6333-3 (order of the rights) of the code du travail.
    """
    requested = _already_requested(key, holder, session)
    if requested is not None:
        return requested
    check_request(holder=holder, session=session, today=today)
    with transaction.atomic():
        check_spending(holder=holder, assurance=assurance, now=timezone.now())
        check_open_requests(holder=holder, session=session, today=today)
        training_file = _new_file(key, holder, session, today, block_codes)
        try:
            # A savepoint: the unique constraints decide who comes first, and the loser reads what won.
            with transaction.atomic():
                training_file.save(force_insert=True)
        except IntegrityError as error:
            return _winner(error, key, holder, session, training_file)
        plan_file(training_file, today=today, expected_charge_cents=expected_charge_cents)
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


def _new_file(
    key: UUID, holder: Holder, session: Session, today: date, block_codes: Sequence[str]
) -> TrainingFile:
    training_file = TrainingFile(
        pk=key,
        holder=holder,
        session=session,
        origin=FileOrigin.PORTAL,
        transmission=Transmission.PENDING,
        requested_on=today,
        zone=zone_of_place(session.place),
        has_prerequisites=asks_prerequisites(session),
        block_codes=list(block_codes),
        **facts_of_session(session, today).as_fields(),
    )
    enter_state(training_file, today)
    return training_file
