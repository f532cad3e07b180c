"""After the request: cancellation, AGORA's answers, entry in training. What was reserved always comes back."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from rights.enums import EventOrigin, FileRole, TrainingFileAction, TrainingFileState, Transmission
from rights.exceptions import (
    AlreadyTransmitted,
    EntryDateConflict,
    EntryDateOutsideSession,
    NumberAlreadyGiven,
)
from rights.file_refusals import ActionNotAllowed
from rights.models import Entry, JournalEvent
from rights.selectors.journal import events_for_agora, is_step
from rights.services.training_files import (
    cancel_training_file,
    declare_entry,
    record_agora_refusal,
    record_transmission,
    request_training_file,
)
from rights.services.training_files.acting import Party
from rights.services.training_files.steps import commit, propose
from tests.support.factories.rights import (
    REQUEST_DAY,
    SESSION_END,
    SESSION_START,
    CounterFactory,
    RequestableSessionFactory,
    TrainingFileFactory,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
NUMBER = "AG0123456789AB"
ORGANISATION = Party(FileRole.ORGANISATION)


@pytest.fixture
def counter():
    return CounterFactory(balance=5_000_00)


@pytest.fixture
def requested(counter):
    return request_training_file(
        key=uuid4(), holder=counter.holder, session=RequestableSessionFactory(), today=REQUEST_DAY
    )


def accepted(training_file):
    """The organisation accepts, the holder commits."""
    propose(training_file_id=training_file.pk, party=ORGANISATION, today=REQUEST_DAY)
    return commit(
        training_file_id=training_file.pk,
        holder=training_file.holder,
        today=REQUEST_DAY,
        expected_charge_cents=103_20,
    )


def facts(training_file):
    training_file.refresh_from_db()
    return training_file.state, training_file.transmission


def test_cancel_before_transmission_gives_everything_back(counter, requested):
    cancel_training_file(training_file_id=requested.pk, today=REQUEST_DAY)

    counter.refresh_from_db()
    assert facts(requested) == (TrainingFileState.CANCELLED, Transmission.NOT_APPLICABLE)
    assert (counter.balance, counter.reserved) == (5_000_00, 0)
    assert list(
        Entry.objects.filter(training_file=requested).order_by("position").values_list("kind", "amount")
    ) == [
        ("hold", -1_396_80),
        ("release", 1_396_80),
    ]


def test_cancel_writes_its_history_and_an_event(requested):
    cancel_training_file(training_file_id=requested.pk, today=REQUEST_DAY)

    last = requested.transitions.order_by("id").last()
    event = JournalEvent.objects.order_by("id").last()
    assert (last.action, last.from_state, last.to_state) == ("cancel", "requested", "cancelled")
    assert (event.kind, event.origin) == ("file_cancelled", EventOrigin.PORTAL)


def test_cancel_after_transmission_gives_back_and_keeps_the_number(counter, requested):
    record_transmission(training_file_id=requested.pk, agora_number=NUMBER, at=AT)

    cancel_training_file(training_file_id=requested.pk, today=REQUEST_DAY)

    counter.refresh_from_db()
    assert facts(requested) == (TrainingFileState.CANCELLED, Transmission.TRANSMITTED)
    assert (counter.balance, counter.reserved) == (5_000_00, 0)


@pytest.mark.parametrize("trait", ["cancelled", "refused", "in_training"])
def test_cancel_in_another_state_is_refused_by_the_table(trait):
    training_file = TrainingFileFactory(**{trait: True})
    before = facts(training_file)

    with pytest.raises(ActionNotAllowed):
        cancel_training_file(training_file_id=training_file.pk, today=REQUEST_DAY)

    assert facts(training_file) == before
    assert not JournalEvent.objects.exists()


def test_record_transmission_writes_number_and_time(requested):
    record_transmission(training_file_id=requested.pk, agora_number=NUMBER, at=AT)

    requested.refresh_from_db()
    event = JournalEvent.objects.order_by("id").last()
    assert (requested.transmission, requested.transmitted_at, requested.agora_number) == (
        Transmission.TRANSMITTED,
        AT,
        NUMBER,
    )
    assert (event.kind, event.origin) == ("file_transmitted", EventOrigin.AGORA)


def test_record_transmission_twice_keeps_the_first(requested):
    record_transmission(training_file_id=requested.pk, agora_number=NUMBER, at=AT)

    record_transmission(training_file_id=requested.pk, agora_number=NUMBER, at=AT + timedelta(hours=1))

    requested.refresh_from_db()
    assert requested.transmitted_at == AT
    assert JournalEvent.objects.filter(kind="file_transmitted").count() == 1


def test_record_transmission_with_a_second_number_changes_nothing(requested):
    record_transmission(training_file_id=requested.pk, agora_number=NUMBER, at=AT)

    with pytest.raises(NumberAlreadyGiven):
        record_transmission(training_file_id=requested.pk, agora_number="AGAUTRE", at=AT)

    requested.refresh_from_db()
    assert requested.agora_number == NUMBER


def test_record_transmission_with_the_number_of_another_file_changes_nothing(requested):
    other = TrainingFileFactory(transmitted=True)

    with pytest.raises(NumberAlreadyGiven):
        record_transmission(training_file_id=requested.pk, agora_number=other.agora_number, at=AT)

    assert facts(requested) == (TrainingFileState.REQUESTED, Transmission.PENDING)


def test_record_transmission_of_a_file_cancelled_meanwhile_keeps_it_cancelled(counter, requested):
    cancel_training_file(training_file_id=requested.pk, today=REQUEST_DAY)

    record_transmission(training_file_id=requested.pk, agora_number=NUMBER, at=AT)

    counter.refresh_from_db()
    assert facts(requested) == (TrainingFileState.CANCELLED, Transmission.TRANSMITTED)
    assert counter.reserved == 0


def test_record_agora_refusal_closes_the_file_and_gives_everything_back(counter, requested):
    record_agora_refusal(training_file_id=requested.pk, code="nir_nom", label="Nom inconnu")

    counter.refresh_from_db()
    requested.refresh_from_db()
    last = requested.transitions.order_by("id").last()
    event = JournalEvent.objects.order_by("id").last()
    assert facts(requested) == (TrainingFileState.REFUSED, Transmission.REFUSED)
    assert (requested.refusal_code, requested.refusal_label) == ("nir_nom", "Nom inconnu")
    assert (counter.balance, counter.reserved) == (5_000_00, 0)
    assert (last.action, last.reason, last.origin) == ("refuse", "Nom inconnu", EventOrigin.AGORA)
    assert (event.kind, event.origin) == ("file_refused", EventOrigin.AGORA)


def test_record_agora_refusal_twice_releases_once(counter, requested):
    record_agora_refusal(training_file_id=requested.pk, code="nir_nom", label="Nom inconnu")

    record_agora_refusal(training_file_id=requested.pk, code="nir_nom", label="Nom inconnu")

    counter.refresh_from_db()
    assert (counter.balance, counter.last_position) == (5_000_00, 3)


def test_record_agora_refusal_after_transmission_changes_nothing(counter, requested):
    record_transmission(training_file_id=requested.pk, agora_number=NUMBER, at=AT)

    with pytest.raises(AlreadyTransmitted):
        record_agora_refusal(training_file_id=requested.pk, code="nir_nom", label="Nom inconnu")

    counter.refresh_from_db()
    assert counter.reserved == 1_396_80


def test_record_agora_refusal_of_a_file_cancelled_meanwhile_changes_nothing(counter, requested):
    cancel_training_file(training_file_id=requested.pk, today=REQUEST_DAY)

    record_agora_refusal(training_file_id=requested.pk, code="nir_nom", label="Nom inconnu")

    counter.refresh_from_db()
    assert facts(requested) == (TrainingFileState.CANCELLED, Transmission.NOT_APPLICABLE)
    assert (counter.balance, counter.last_position) == (5_000_00, 3)


@pytest.mark.parametrize("entered_on", [SESSION_START, SESSION_END])
def test_declare_entry_within_the_session_puts_the_file_in_training(requested, entered_on):
    accepted(requested)

    declare_entry(training_file=requested, entered_on=entered_on, origin=EventOrigin.PORTAL)

    requested.refresh_from_db()
    event = JournalEvent.objects.order_by("id").last()
    assert (requested.state, requested.entered_on) == (TrainingFileState.IN_TRAINING, entered_on)
    assert (event.kind, event.payload["entered_on"]) == ("entry_declared", entered_on.isoformat())


@pytest.mark.parametrize("entered_on", [SESSION_START - timedelta(days=1), SESSION_END + timedelta(days=1)])
def test_declare_entry_outside_the_session_changes_nothing(requested, entered_on):
    accepted(requested)

    with pytest.raises(EntryDateOutsideSession):
        declare_entry(training_file=requested, entered_on=entered_on, origin=EventOrigin.PORTAL)

    assert facts(requested) == (TrainingFileState.ACCEPTED, Transmission.PENDING)
    assert not JournalEvent.objects.filter(kind="entry_declared").exists()


def test_declare_entry_again_the_same_day_writes_nothing_more(requested):
    accepted(requested)
    declare_entry(training_file=requested, entered_on=SESSION_START, origin=EventOrigin.PORTAL)

    declare_entry(training_file=requested, entered_on=SESSION_START, origin=EventOrigin.PORTAL)

    assert JournalEvent.objects.filter(kind="entry_declared").count() == 1


def test_declare_entry_again_on_another_day_changes_nothing(requested):
    accepted(requested)
    declare_entry(training_file=requested, entered_on=SESSION_START, origin=EventOrigin.PORTAL)

    with pytest.raises(EntryDateConflict):
        declare_entry(
            training_file=requested, entered_on=SESSION_START + timedelta(days=1), origin=EventOrigin.PORTAL
        )

    requested.refresh_from_db()
    assert requested.entered_on == SESSION_START


@pytest.mark.parametrize("trait", ["cancelled", "refused"])
def test_declare_entry_in_a_closed_file_changes_nothing(trait):
    training_file = TrainingFileFactory(**{trait: True})

    with pytest.raises(ActionNotAllowed):
        declare_entry(training_file=training_file, entered_on=SESSION_START, origin=EventOrigin.PORTAL)

    training_file.refresh_from_db()
    assert training_file.entered_on is None
    assert not JournalEvent.objects.exists()


def test_events_for_agora_leave_out_what_came_from_agora(requested):
    record_transmission(training_file_id=requested.pk, agora_number=NUMBER, at=AT)
    declare_entry(training_file=requested, entered_on=date(2026, 4, 14), origin=EventOrigin.AGORA)

    kinds = list(events_for_agora().values_list("kind", flat=True))

    assert kinds == ["file_requested"]


def test_events_for_agora_give_each_step_in_order(requested):
    accepted(requested)
    declare_entry(training_file=requested, entered_on=date(2026, 4, 14), origin=EventOrigin.PORTAL)

    events = list(events_for_agora().values_list("kind", flat=True))

    assert (events[0], events[-1]) == ("file_requested", "entry_declared")
    assert events_for_agora().get(is_step(TrainingFileAction.DECLARE_ENTRY, TrainingFileState.IN_TRAINING))


def test_events_for_agora_leave_out_a_file_that_stays_here(requested):
    cancel_training_file(training_file_id=requested.pk, today=REQUEST_DAY)

    assert not events_for_agora().exists()
