"""Every change of a file that AGORA has, told to a real listener with a database of its own."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Holder
from accounts.services.holders import find_holder_by_nir
from agora_sync.contract import Operation
from agora_sync.enums import ExchangeState, TraceKind
from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.models import Exchange, FileDeclaration, Trace
from agora_sync.provider.operations.files import state_of
from agora_sync.provider.soap import fault_envelope
from agora_sync.selectors.changes import changes_told
from agora_sync.services import outbox
from cpa_portal.kernel.identifiers import fictitious_siret
from rights.enums import ExitReason, TrainingFileAction, TrainingFileState, Transmission
from rights.models import JournalEvent, TrainingFile
from rights.services.training_files import cancel_training_file, merge_agora_training_file
from rights.services.training_files.acting import HOLDER
from rights.services.training_files.receiving import register_partner_training_file
from rights.services.training_files.steps import expire, propose, simple_step
from tests.support.agora import facts
from tests.support.agora_flows import (
    CDC,
    ORGANISATION,
    enter,
    leave,
    propose_and_commit,
    send_everything,
)
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.agora_misanswering import Reply, misanswering
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.agora_sync import requested_file

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("agora_listener")]
A, O = TrainingFileAction, Operation  # noqa: E741 - as in the tables


def sent(training_file: TrainingFile) -> TrainingFile:
    send_everything()
    training_file.refresh_from_db()
    return training_file


def there(agora_side: AgoraSide, training_file: TrainingFile) -> tuple[str, int, list[tuple[str, dt.date]]]:
    """What AGORA holds: state on the wire, price, what was declared with its day."""
    with agora_side():
        file = TrainingFile.objects.get(agora_number=training_file.agora_number)
        declared = FileDeclaration.objects.filter(training_file=file).order_by("pk")
        return state_of(file), file.price_cents, list(declared.values_list("operation", "day"))


def outcomes(training_file: TrainingFile) -> list[tuple[str, str]]:
    rows = Exchange.objects.filter(training_file=training_file).order_by("event_id", "operation")
    return list(rows.values_list("operation", "state"))


def cancelled(training_file: TrainingFile) -> None:
    cancel_training_file(training_file_id=training_file.pk, today=timezone.localdate())


# The end before the entry -------------------------------------------------------------------------
def by_the_holder(file: TrainingFile) -> None:
    cancelled(file)


def by_refusal(file: TrainingFile) -> None:
    simple_step(
        training_file_id=file.pk, action=A.REFUSE, party=ORGANISATION, today=timezone.localdate(),
        reason="La session est complète",
    )  # fmt: skip


def by_expiry(file: TrainingFile) -> None:
    assert file.due_on is not None
    expire(training_file_id=file.pk, today=file.due_on + dt.timedelta(days=1))


def by_declining(file: TrainingFile) -> None:
    today = timezone.localdate()
    propose(training_file_id=file.pk, party=ORGANISATION, today=today)
    simple_step(training_file_id=file.pk, action=A.DECLINE, party=HOLDER, today=today)


def by_withdrawal(file: TrainingFile) -> None:
    propose_and_commit(file)
    simple_step(training_file_id=file.pk, action=A.WITHDRAW, party=HOLDER, today=timezone.localdate())


def by_absence(file: TrainingFile) -> None:
    propose_and_commit(file)
    simple_step(
        training_file_id=file.pk, action=A.DECLARE_NO_SHOW, party=ORGANISATION, today=file.session_starts_on
    )


@pytest.mark.parametrize(
    ("give_up", "operation", "state"),
    [
        (by_the_holder, O.CANCEL_FILE, "ANNULE"),
        (by_refusal, O.REFUSE_FILE, "REFUSE"),
        (by_expiry, O.CANCEL_FILE, "ANNULE"),
        (by_declining, O.CANCEL_FILE, "ANNULE"),
        (by_withdrawal, O.CANCEL_FILE, "ANNULE"),
        (by_absence, O.CANCEL_FILE, "ANNULE"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_file_given_up_after_it_left_is_closed_at_agora(
    training_file: TrainingFile, agora_side: AgoraSide, give_up: Any, operation: Operation, state: str
) -> None:
    give_up(sent(training_file))

    sent(training_file)

    assert there(agora_side, training_file)[0] == state
    assert outcomes(training_file)[-1] == (operation, ExchangeState.DONE)
    assert all(told in (ExchangeState.DONE, ExchangeState.ABANDONED) for _, told in outcomes(training_file))


def test_file_cancelled_while_its_creation_travelled_is_cancelled_at_agora_too(
    training_file: TrainingFile, agora_side: AgoraSide, pki: Path, listener: Listener, settings: Any
) -> None:
    """The first try was answered by nobody: AGORA may have the file, and must learn that it is over."""
    with misanswering(pki, lambda _: Reply(b"", status=503)) as address:
        settings.AGORA_ENDPOINT_URL = address
        send_everything()
    cancelled(training_file)
    settings.AGORA_ENDPOINT_URL = listener.url

    send_everything()
    sent(training_file)

    assert training_file.transmission == Transmission.TRANSMITTED
    assert there(agora_side, training_file)[0] == "ANNULE"


def test_creation_tried_again_after_the_file_changed_says_the_same_thing(
    training_file: TrainingFile, agora_side: AgoraSide, pki: Path, listener: Listener, settings: Any
) -> None:
    """Same identifier, other body: AGORA would refuse it. The change follows under its own identifier."""
    asked = training_file.price_cents
    with misanswering(pki, lambda _: Reply(b"", status=503)) as address:
        settings.AGORA_ENDPOINT_URL = address
        send_everything()
    kept = Exchange.objects.get().content
    propose(
        training_file_id=training_file.pk, party=ORGANISATION, today=timezone.localdate(),
        price_cents=asked + 100_00,
    )  # fmt: skip
    settings.AGORA_ENDPOINT_URL = listener.url

    sent(training_file)

    assert kept
    assert there(agora_side, training_file)[1] == asked + 100_00
    assert outcomes(training_file) == [(O.CREATE_FILE, "done"), (O.AMEND_FILE, "done")]
    assert [exchange.content for exchange in Exchange.objects.all()] == ["", ""]


# Along the training -------------------------------------------------------------------------------
def test_whole_life_is_told_in_order(training_file: TrainingFile, agora_side: AgoraSide) -> None:
    propose_and_commit(training_file, price_cents=1_200_00)
    entered_on = enter(training_file)
    left_on = leave(training_file, ExitReason.ABANDONED)
    for action, party in (
        (A.DECLARE_SERVICE, ORGANISATION),
        (A.VALIDATE_SERVICE, CDC),
        (A.PAY, CDC),
    ):
        simple_step(
            training_file_id=training_file.pk, action=action, party=party, today=training_file.session_ends_on
        )

    sent(training_file)

    state, price, declared = there(agora_side, training_file)
    assert (state, price) == ("SOLDE", 1_200_00)
    assert [operation for operation, _ in declared] == [O.VALIDATE_FILE, O.DECLARE_EXIT, O.SETTLE_FILE]
    assert declared[1][1] == left_on
    with agora_side():
        assert TrainingFile.objects.get(agora_number=training_file.agora_number).entered_on == entered_on
    assert {told for _, told in outcomes(training_file)} == {"done", "abandoned"}


def test_proposal_that_changes_nothing_for_agora_is_not_sent(training_file: TrainingFile) -> None:
    sent(training_file)
    before = Trace.objects.filter(kind=TraceKind.REQUEST_SENT).count()

    propose(training_file_id=training_file.pk, party=ORGANISATION, today=timezone.localdate())
    sent(training_file)

    exchange = Exchange.objects.get(operation=O.AMEND_FILE)
    assert (exchange.state, exchange.fault_label) == (
        ExchangeState.ABANDONED,
        "Rien n’a changé pour AGORA.",
    )
    assert Trace.objects.filter(kind=TraceKind.REQUEST_SENT).count() == before


def test_exchange_waits_for_those_before_it_on_the_same_file(
    training_file: TrainingFile, listener: Listener, away: str, settings: Any
) -> None:
    settings.AGORA_ENDPOINT_URL = away
    propose_and_commit(training_file, price_cents=1_300_00)
    other = requested_file()
    outbox.open_new_exchanges()

    due = list(Exchange.objects.due(timezone.now()).in_turn())
    later = Exchange.objects.filter(training_file=training_file).exclude(operation=O.CREATE_FILE)
    for exchange in later:
        outbox.send_exchange(exchange_id=exchange.pk)

    assert {(row.training_file_id, row.operation) for row in due} == {
        (training_file.pk, O.CREATE_FILE),
        (other.pk, O.CREATE_FILE),
    }
    assert later.count() == 3
    assert not later.exclude(attempts=0).exists()


def test_file_reopened_after_its_closing_is_told_again_and_takes_its_new_number(
    training_file: TrainingFile, agora_side: AgoraSide
) -> None:
    by_refusal(sent(training_file))
    first = sent(training_file).agora_number
    today = timezone.localdate()
    simple_step(
        training_file_id=training_file.pk, action=A.ASK_REVIEW, party=HOLDER, today=today, reason="Erreur"
    )
    simple_step(training_file_id=training_file.pk, action=A.REOPEN, party=CDC, today=today)

    sent(training_file)

    assert training_file.agora_number != first
    assert there(agora_side, training_file)[0] == "DEMANDE"


@pytest.mark.parametrize("cancels", [False, True], ids=["goes on", "cancelled before it left"])
def test_file_that_agora_refused_and_a_person_reopened_waits_again_and_leaves(
    listener: Listener, agora_side: AgoraSide, cancels: bool
) -> None:
    """AGORA did not know the person: put right there, the creation leaves again under another identifier."""
    file, today = sent(requested_file()), timezone.localdate()
    holder, nir = file.holder, str(file.holder.nirs.get().nir)
    assert (file.state, file.transmission) == (TrainingFileState.REFUSED, Transmission.REFUSED)
    with agora_side():
        HolderFactory(birth_name=holder.birth_name, nir=nir, birth_date=holder.birth_date, user=None)
    simple_step(training_file_id=file.pk, action=A.ASK_REVIEW, party=HOLDER, today=today, reason="Erreur")

    simple_step(training_file_id=file.pk, action=A.REOPEN, party=CDC, today=today)

    file.refresh_from_db()
    assert (file.transmission, file.refusal_label) == (Transmission.PENDING, "")
    if cancels:
        cancelled(file)
    sent(file)
    assert not Exchange.objects.filter(state=ExchangeState.PENDING).exists()
    assert (file.agora_number is None) == cancels


# Refused, and shown -------------------------------------------------------------------------------
def test_refused_cancellation_is_kept_and_shown_in_plain_words(
    training_file: TrainingFile, agora_side: AgoraSide, pki: Path, settings: Any
) -> None:
    cancelled(sent(training_file))
    refusal = SOAPRefusal(
        FaultCode.FORBIDDEN_TRANSITION, 16, details=[FaultDetail(FaultCode.FORBIDDEN_TRANSITION)]
    )
    with misanswering(pki, lambda _: Reply(fault_envelope(refusal, trace_id="t"), status=500)) as address:
        settings.AGORA_ENDPOINT_URL = address
        sent(training_file)

    (change,) = changes_told(training_file)
    assert training_file.state == TrainingFileState.CANCELLED
    assert change.is_refused
    assert change.sentence == (
        "AGORA n’a pas pris en compte la fin du dossier avant l’entrée en formation. Le dossier y a déjà avancé "
        "autrement. Actualisez vos dossiers pour voir ce qu’il est devenu."
    )


def test_cancelling_a_file_that_another_opened_is_refused_and_says_whom_to_tell(
    training_file: TrainingFile, agora_side: AgoraSide
) -> None:
    elsewhere = facts(title="CAP Cuisine", organisation_siret=fictitious_siret(99))
    nir = str(training_file.holder.nirs.get().nir)
    with agora_side():
        known = find_holder_by_nir(nir)
        assert known is not None
        opened, _ = register_partner_training_file(partner_code="partner", holder=known, facts=elsewhere)
    received = merge_agora_training_file(
        holder=training_file.holder, facts=elsewhere, agora_number=str(opened.agora_number)
    )
    cancelled(received)

    send_everything()

    (change,) = changes_told(received)
    assert change.is_refused
    assert "lui seul peut l’y changer" in change.sentence


@pytest.mark.parametrize(
    ("state", "step", "words"),
    [
        (ExchangeState.PENDING, None, "Nous prévenons AGORA : votre sortie de formation."),
        (ExchangeState.DONE, None, "AGORA connaît votre sortie de formation."),
        (ExchangeState.REFUSED, 15, "Un agent de votre région le voit"),
        (ExchangeState.MALFORMED, None, "Un agent de votre région le voit"),
    ],
)
def test_change_is_told_by_what_became_of_it(state: str, step: int | None, words: str) -> None:
    file = requested_file()
    told(file, state, failed_step=step)

    (change,) = changes_told(file)

    assert words in change.sentence
    assert change.is_waiting == (state == ExchangeState.PENDING)


def told(file: TrainingFile, state: str, **fields: Any) -> Exchange:
    return Exchange.objects.create(
        direction="outgoing",
        operation=O.DECLARE_EXIT,
        training_file=file,
        event=JournalEvent.objects.get(training_file=file),
        state=state,
        request_id="1c9b6c1e-5c1a-4a53-8b8a-5b2f6f6f0a11",
        next_attempt_at=timezone.now() if state == ExchangeState.PENDING else None,
        **fields,
    )


def test_file_page_says_what_agora_did_not_take(client: Client) -> None:
    file = requested_file()
    told(file, ExchangeState.REFUSED, failed_step=16, fault_code="ag:DatesIncoherentes", fault_label="Dates.")
    user = UserFactory(email="titulaire@demo.test")
    Holder.objects.filter(pk=file.holder_id).update(user=user)
    client.force_login(user)

    page = client.get(f"/mes-dossiers/{file.pk}/").content.decode()

    assert "Ce qu’AGORA en sait" in page
    assert "AGORA n’a pas pris en compte votre sortie de formation. Dates." in page
