"""What the database refuses by itself, constraint by constraint."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from rights.enums import EventOrigin, FileOrigin, Funder, JournalEventKind, TrainingFileState, Transmission
from rights.models import JournalEvent, TrainingFile, TrainingFileFunding
from tests.support.factories.rights import (
    SESSION_START,
    CounterFactory,
    RequestableSessionFactory,
    TrainingFileFactory,
)

pytestmark = pytest.mark.django_db


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


def test_second_active_file_on_a_session_is_refused_even_from_another_day():
    # A session with permanent entries gives another first day to whoever asks later.
    first = TrainingFileFactory(session=RequestableSessionFactory())

    with refused_by("rights_file_one_active_per_session"), transaction.atomic():
        TrainingFileFactory(holder=first.holder, session=first.session, session_starts_on=date(2026, 4, 20))

    assert TrainingFile.objects.count() == 1


def test_second_active_file_for_a_training_is_refused_even_without_session():
    first = TrainingFileFactory()

    with refused_by("rights_file_one_active_per_training"), transaction.atomic():
        TrainingFileFactory(holder=first.holder, certification_code=first.certification_code)

    assert TrainingFile.objects.count() == 1


@pytest.mark.parametrize("trait", ["cancelled", "refused"])
def test_closed_files_leave_room_for_another(trait):
    closed = TrainingFileFactory(session=RequestableSessionFactory(), **{trait: True})

    again = TrainingFileFactory(
        holder=closed.holder, session=closed.session, certification_code=closed.certification_code
    )

    assert again.is_active


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("rights_file_state_known", {"state": "lost"}),
        ("rights_file_dates_in_order", {"session_ends_on": date(2026, 4, 12)}),
        ("rights_file_entry_has_date", {"state": TrainingFileState.IN_TRAINING, "entered_on": None}),
        ("rights_file_exit_has_date_and_reason", {"state": TrainingFileState.LEFT, "left_on": None}),
        ("rights_file_transmitted_has_number", {"transmission": Transmission.TRANSMITTED}),
        ("rights_file_refusal_has_reason", {"transmission": Transmission.REFUSED}),
        ("price_cents", {"price_cents": -1}),
        ("hours_minutes", {"hours_minutes": -60}),
    ],
)
def test_file_that_contradicts_itself_is_refused(name, facts):
    with refused_by(name), transaction.atomic():
        TrainingFileFactory(**facts)

    assert not TrainingFile.objects.exists()


def test_agora_number_belongs_to_one_file():
    first = TrainingFileFactory(transmitted=True)

    with refused_by("agora_number"), transaction.atomic():
        TrainingFileFactory(origin=FileOrigin.AGORA, agora_number=first.agora_number)

    assert TrainingFile.objects.count() == 1


@pytest.mark.parametrize("amount", [0, -1])
def test_part_that_pays_nothing_is_refused(amount):
    training_file = TrainingFileFactory()

    with refused_by("rights_funding_pays_something"), transaction.atomic():
        training_file.fundings.create(funder=Funder.HOLDER, amount_cents=amount)

    assert not TrainingFileFunding.objects.exists()


def test_second_part_of_the_same_payer_is_refused():
    training_file = TrainingFileFactory()
    training_file.fundings.create(funder=Funder.REGION, amount_cents=1)

    with refused_by("rights_funding_one_per_payer"), transaction.atomic():
        training_file.fundings.create(funder=Funder.REGION, amount_cents=2)

    assert training_file.fundings.get().amount_cents == 1


def test_part_of_another_payer_on_a_counter_is_refused():
    counter = CounterFactory(balance=1)
    training_file = TrainingFileFactory(holder=counter.holder)

    with refused_by("rights_funding_counter_is_account"), transaction.atomic():
        training_file.fundings.create(funder=Funder.EMPLOYER, counter=counter, amount_cents=1)

    assert not TrainingFileFunding.objects.exists()


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("rights_journal_kind_known", {"kind": "rumour"}),
        ("rights_journal_origin_known", {"origin": "elsewhere"}),
    ],
)
def test_event_of_an_unknown_kind_or_origin_is_refused(name, facts):
    training_file = TrainingFileFactory()

    with refused_by(name), transaction.atomic():
        JournalEvent.objects.create(
            **{
                "kind": JournalEventKind.FILE_REQUESTED,
                "origin": EventOrigin.PORTAL,
                "training_file": training_file,
                **facts,
            }
        )

    assert not JournalEvent.objects.exists()


def test_file_with_a_history_cannot_be_deleted():
    training_file = TrainingFileFactory(session_starts_on=SESSION_START)

    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingFile.objects.filter(pk=training_file.pk).delete()

    assert TrainingFile.objects.filter(pk=training_file.pk).exists()
