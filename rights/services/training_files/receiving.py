"""Files that others opened: a partner that calls us (role provider), or AGORA, read by us (role portal)."""

from __future__ import annotations

import secrets
from collections import Counter

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Holder
from cpa_portal.kernel.database.rows import insert_rows, insert_unless_taken
from rights.enums import EventOrigin, FileOrigin, JournalEventKind, Transmission
from rights.exceptions import FileAlreadyOpen, NumberAlreadyGiven
from rights.facts import TrainingFileFacts
from rights.models import JournalEvent, TrainingFile, TrainingFileFunding
from rights.services.training_files.answering import mark_transmitted
from rights.services.training_files.entering import declare_entry
from rights.services.training_files.guards import check_account, check_fundings
from rights.services.transitions import creation_row, lock_file

# Crockford's alphabet: no I, L, O, U, so that a number dictated on the telephone is written down as it was said.
NUMBER_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 12


def new_agora_number() -> str:
    """A number for a file, that says nothing of the person nor of how many files there are."""
    return "AG" + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(NUMBER_LENGTH))


def register_partner_training_file(
    *, partner_code: str, holder: Holder, facts: TrainingFileFacts
) -> tuple[TrainingFile, bool]:
    """The live file of this person for this training, and whether this call opened it.

    The same training is the same organisation, certification and first day. Two partners at the same second get the
    same file: the unique constraint decides. Raises AccountClosed, FundingMismatch.
    """
    check_account(holder)
    check_fundings(facts)
    with transaction.atomic(savepoint=False):
        training_file = _file_from_facts(holder, facts)
        training_file.origin = FileOrigin.PARTNER
        training_file.partner_code = partner_code
        training_file.agora_number = new_agora_number()
        existing = _open_or_existing(training_file, facts)
        if existing is not None:
            return existing, False
        return _followed_entry(training_file, facts), True


def merge_agora_training_file(*, holder: Holder, facts: TrainingFileFacts, agora_number: str) -> TrainingFile:
    """Bring a file that AGORA holds onto the holder's page, once: the number identifies it.

    A live file of ours for the same training that has no number yet is that file. What AGORA says of a file that it
    opened replaces what we knew; our own requests keep their facts. Raises FundingMismatch, NumberAlreadyGiven
    (the number is another person's), FileAlreadyOpen (the same training is live under another number).
    """
    check_fundings(facts)
    with transaction.atomic():
        training_file = _known_file(holder, facts, agora_number) or _received_file(
            holder, facts, agora_number
        )
        if training_file.origin == FileOrigin.AGORA:
            refresh_facts(training_file, facts)
        return _followed_entry(training_file, facts)


def _file_from_facts(holder: Holder, facts: TrainingFileFacts) -> TrainingFile:
    return TrainingFile(
        holder=holder,
        requested_on=timezone.localdate(),
        transmission=Transmission.NOT_APPLICABLE,
        **facts.as_fields(),
    )


def _open_or_existing(training_file: TrainingFile, facts: TrainingFileFacts) -> TrainingFile | None:
    """Insert the file with its parts and the start of its history; when another one was there first, return that."""
    if insert_unless_taken(
        training_file,
        *_fundings(training_file, facts),
        creation_row(training_file=training_file, origin=EventOrigin.AGORA),
        # For the record: what came from AGORA is never relayed back, so nobody is woken.
        JournalEvent(
            kind=JournalEventKind.FILE_RECEIVED, training_file=training_file, origin=EventOrigin.AGORA
        ),
    ):
        return None
    same_number = TrainingFile.objects.filter(agora_number=training_file.agora_number)
    existing = same_number.first() or (TrainingFile.objects.active().same_training_as(training_file).first())
    if existing is None:
        raise IntegrityError("a file was in the way and is not there any more")
    return existing


def _fundings(training_file: TrainingFile, facts: TrainingFileFacts) -> list[TrainingFileFunding]:
    return [
        TrainingFileFunding(training_file=training_file, funder=funder, amount_cents=amount)
        for funder, amount in _parts_by_funder(facts).items()
    ]


def _parts_by_funder(facts: TrainingFileFacts) -> dict[str, int]:
    """Cents by payer; a payer named twice pays the sum, one that pays nothing is left out."""
    parts: Counter[str] = Counter()
    for part in facts.fundings:
        parts[part.funder] += part.amount_cents
    return {funder: amount for funder, amount in parts.items() if amount}


def _known_file(holder: Holder, facts: TrainingFileFacts, agora_number: str) -> TrainingFile | None:
    """Our file with that number, else our live request for the same training, which thereby gets it."""
    numbered = TrainingFile.objects.filter(agora_number=agora_number).first()
    if numbered is not None:
        if numbered.holder_id != holder.pk:
            raise NumberAlreadyGiven
        return lock_file(numbered.pk)
    same_training = TrainingFile.objects.active().same_training_as(_file_from_facts(holder, facts)).first()
    if same_training is None:
        return None
    training_file = lock_file(same_training.pk)
    if training_file.agora_number is None:
        mark_transmitted(training_file, agora_number=agora_number, at=timezone.now())
    elif training_file.agora_number != agora_number:
        raise FileAlreadyOpen(training_file)
    return training_file


def _received_file(holder: Holder, facts: TrainingFileFacts, agora_number: str) -> TrainingFile:
    training_file = _file_from_facts(holder, facts)
    training_file.origin = FileOrigin.AGORA
    training_file.agora_number = agora_number
    existing = _open_or_existing(training_file, facts)
    if existing is None:
        return _followed_entry(training_file, facts)
    if existing.holder_id != holder.pk:
        raise NumberAlreadyGiven
    if existing.agora_number != agora_number:
        raise FileAlreadyOpen(existing)
    return lock_file(existing.pk)


def refresh_facts(training_file: TrainingFile, facts: TrainingFileFacts) -> None:
    fields = facts.as_fields()
    if any(getattr(training_file, name) != value for name, value in fields.items()):
        for name, value in fields.items():
            setattr(training_file, name, value)
        training_file.save()
    known = dict(training_file.fundings.values_list("funder", "amount_cents"))
    if known != _parts_by_funder(facts):
        training_file.fundings.all().delete()
        insert_rows(*_fundings(training_file, facts))


def _followed_entry(training_file: TrainingFile, facts: TrainingFileFacts) -> TrainingFile:
    """The entry that others declared, when we do not have it yet."""
    if facts.entered_on is None or not training_file.is_active:
        return training_file
    return declare_entry(training_file=training_file, entered_on=facts.entered_on, origin=EventOrigin.AGORA)
