"""Files read from AGORA merged with ours item by item: what both sides changed waits for an agent."""

import threading
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import StaffRole
from accounts.models import User
from agora_sync.contract import Operation
from agora_sync.enums import ConflictChoice
from agora_sync.exceptions import NotToDecide
from agora_sync.mapping.answers import ListedFile, told_facts
from agora_sync.mapping.merging import PRICE, STATE
from agora_sync.models import ConflictDecision, Exchange, FileReading, HolderPull, ItemConflict
from agora_sync.services import outbox
from agora_sync.services.conflicts import decide_conflict
from agora_sync.services.merging import merge_listed_file
from rights.enums import EventOrigin, Funder, TrainingFileState
from rights.exceptions import FileAlreadyOpen
from rights.facts import FundingFact
from rights.models import JournalEvent, TrainingFile
from rights.services.training_files.mending import take_identification
from rights.services.transitions import lock_file
from tests.support.agora import facts
from tests.support.factories.accounts import HolderFactory, StaffScopeFactory, UserFactory
from tests.support.factories.rights import TrainingFileFactory
from tests.support.threads import results_together, wait_until_somebody_waits

pytestmark = pytest.mark.django_db

TITLE, PLACE = "formation/intitule", "formation/lieu"


@pytest.fixture
def agent() -> User:
    return StaffScopeFactory(
        user=UserFactory(is_staff=True), role=StaffRole.REGIONAL_AGENT, scope_code="94"
    ).user


@pytest.fixture
def theirs() -> TrainingFile:
    """A file that AGORA opened, read once."""
    return read(HolderFactory(), facts())


@pytest.fixture
def ours() -> TrainingFile:
    """A file asked for here that AGORA has, read once."""
    file: TrainingFile = TrainingFileFactory(agora_number="AG1")
    merge_listed_file(
        holder=file.holder, listed=ListedFile("AG1", "DEMANDE", told_facts(file)), exchange_id=uuid4()
    )
    return file


def read(holder: Any, said: Any, wire_state: str = "DEMANDE") -> TrainingFile:
    return merge_listed_file(holder=holder, listed=ListedFile("AG1", wire_state, said), exchange_id=uuid4())


def changed_here(file: TrainingFile, **fields: Any) -> None:
    TrainingFile.objects.filter(pk=file.pk).update(**fields)
    file.refresh_from_db()


def disputed() -> list[tuple[str, str, str]]:
    opened = ItemConflict.objects.filter(closed_at__isnull=True).order_by("item")
    return list(opened.values_list("item", "here", "there"))


def value(file: TrainingFile, name: str) -> Any:
    return TrainingFile.objects.values_list(name, flat=True).get(pk=file.pk)


# Reading ----------------------------------------------------------------------------------------
def test_what_its_contributors_changed_of_a_file_of_theirs_is_taken(theirs: TrainingFile) -> None:
    read(theirs.holder, facts(title="Autre titre", price_cents=2_000_00))

    assert (value(theirs, "title"), value(theirs, "price_cents")) == ("Autre titre", 2_000_00)
    assert disputed() == []


def test_what_was_changed_here_alone_is_never_overwritten(theirs: TrainingFile) -> None:
    changed_here(theirs, place="Corte")

    read(theirs.holder, facts(title="Autre titre"))

    assert (value(theirs, "title"), value(theirs, "place")) == ("Autre titre", "Corte")
    assert disputed() == []


def test_what_both_sides_changed_is_disputed_once_and_stays_here_as_it_was(theirs: TrainingFile) -> None:
    changed_here(theirs, place="Corte")

    for place in ("Bastia", "Calvi"):
        read(theirs.holder, facts(place=place, title="Autre titre"))

    conflict = ItemConflict.objects.get()
    assert (conflict.here, conflict.there, conflict.before) == ("Corte", "Calvi", "Ajaccio")
    assert conflict.before_at is not None
    assert (value(theirs, "place"), value(theirs, "title")) == ("Corte", "Autre titre")


def test_dispute_ends_by_itself_when_both_sides_say_the_same(theirs: TrainingFile) -> None:
    changed_here(theirs, place="Corte")
    read(theirs.holder, facts(place="Bastia"))

    read(theirs.holder, facts(place="Corte"))

    assert disputed() == []
    assert not ConflictDecision.objects.exists()


def test_what_the_person_asked_for_is_not_theirs_to_change(ours: TrainingFile) -> None:
    price = ours.price_cents
    read(ours.holder, replace(told_facts(ours), price_cents=1_00, fundings=()))

    assert value(ours, "price_cents") == price
    assert [item for item, _, _ in disputed()] == [PRICE]


def test_entry_declared_by_another_is_followed_and_never_sent_back(ours: TrainingFile) -> None:
    read(ours.holder, replace(told_facts(ours), entered_on=ours.session_starts_on), "EN_FORMATION")

    assert value(ours, "state") == TrainingFileState.IN_TRAINING
    assert not JournalEvent.objects.filter(origin=EventOrigin.PORTAL).exists()
    assert outbox.open_new_exchanges() == 0


def test_closing_there_closes_what_they_opened_and_is_disputed_for_what_we_did(theirs: TrainingFile) -> None:
    read(theirs.holder, facts(), "ANNULE")

    assert value(theirs, "state") == TrainingFileState.CANCELLED
    assert disputed() == []


def test_closing_there_of_what_was_asked_for_here_waits_for_an_agent(ours: TrainingFile, agent: User) -> None:
    read(ours.holder, told_facts(ours), "ANNULE")

    assert value(ours, "state") == TrainingFileState.REQUESTED
    assert [item for item, _, _ in disputed()] == [STATE]
    decide_conflict(conflict_id=ItemConflict.objects.get().pk, choice=ConflictChoice.TAKE, user=agent)
    assert value(ours, "state") == TrainingFileState.CANCELLED


def test_file_that_an_agent_keeps_open_is_not_asked_about_again(ours: TrainingFile, agent: User) -> None:
    read(ours.holder, told_facts(ours), "ANNULE")
    decide_conflict(conflict_id=ItemConflict.objects.get().pk, choice=ConflictChoice.KEEP, user=agent)

    for _ in range(2):
        read(ours.holder, told_facts(ours), "ANNULE")

    assert disputed() == []
    assert value(ours, "state") == TrainingFileState.REQUESTED


def test_parts_of_the_price_are_taken_with_it(theirs: TrainingFile) -> None:
    parts = (FundingFact(Funder.REGION, 500_00), FundingFact(Funder.OPCO, 1_500_00))
    read(theirs.holder, facts(price_cents=2_000_00, fundings=parts))

    assert theirs.fundings.count() == 2
    assert value(theirs, "price_cents") == 2_000_00


# Deciding ---------------------------------------------------------------------------------------
def conflict_on(file: TrainingFile, there: Any, **here: Any) -> ItemConflict:
    changed_here(file, **here)
    read(file.holder, there)
    return ItemConflict.objects.get()


def test_ours_kept_is_told_by_an_amendment_and_not_disputed_again(ours: TrainingFile, agent: User) -> None:
    said = replace(told_facts(ours), title="Leur titre")
    conflict = conflict_on(ours, said, title="Notre titre")

    decide_conflict(conflict_id=conflict.pk, choice=ConflictChoice.KEEP, user=agent)
    outbox.open_new_exchanges()
    read(ours.holder, said)

    assert list(Exchange.objects.values_list("operation", flat=True)) == [Operation.AMEND_FILE]
    assert value(ours, "title") == "Notre titre"
    assert disputed() == []


def test_ours_kept_of_a_file_of_theirs_stays_here_and_is_not_told(theirs: TrainingFile, agent: User) -> None:
    conflict = conflict_on(theirs, facts(place="Bastia"), place="Corte")

    decide_conflict(conflict_id=conflict.pk, choice=ConflictChoice.KEEP, user=agent)
    read(theirs.holder, facts(place="Bastia"))

    assert value(theirs, "place") == "Corte"
    assert disputed() == []
    assert outbox.open_new_exchanges() == 0


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_theirs_taken_comes_with_the_reading_that_is_asked_for(
    whose: str, request: pytest.FixtureRequest, agent: User
) -> None:
    file = request.getfixturevalue(whose)
    said = replace(told_facts(file), place="Bastia")
    conflict = conflict_on(file, said, place="Corte")

    decide_conflict(conflict_id=conflict.pk, choice=ConflictChoice.TAKE, user=agent)
    assert HolderPull.objects.get(holder=file.holder).requested_at is not None
    read(file.holder, said)

    assert value(file, "place") == "Bastia"
    assert disputed() == []
    assert not JournalEvent.objects.filter(kind="items_confirmed").exists()


def test_price_that_the_person_accepted_is_never_taken(ours: TrainingFile, agent: User) -> None:
    conflict = conflict_on(ours, replace(told_facts(ours), price_cents=1_00, fundings=()), place=ours.place)

    with pytest.raises(NotToDecide, match="s’est engagée"):
        decide_conflict(conflict_id=conflict.pk, choice=ConflictChoice.TAKE, user=agent)

    conflict.refresh_from_db()
    assert conflict.closed_at is None
    assert not ConflictDecision.objects.exists()


def test_conflict_is_decided_once(theirs: TrainingFile, agent: User) -> None:
    conflict = conflict_on(theirs, facts(place="Bastia"), place="Corte")
    decide_conflict(conflict_id=conflict.pk, choice=ConflictChoice.KEEP, user=agent)

    with pytest.raises(NotToDecide):
        decide_conflict(conflict_id=conflict.pk, choice=ConflictChoice.TAKE, user=agent)

    decision = ConflictDecision.objects.get()
    assert (decision.choice, decision.decided_by, decision.here, decision.there) == (
        ConflictChoice.KEEP,
        agent,
        "Corte",
        "Bastia",
    )


@pytest.mark.django_db(transaction=True)
def test_decision_and_reading_at_once_do_not_wait_for_each_other(theirs: TrainingFile, agent: User) -> None:
    conflict = conflict_on(theirs, facts(place="Bastia"), place="Corte")
    holds = threading.Event()

    def read_again() -> None:
        with transaction.atomic():
            lock_file(theirs.pk)
            holds.set()
            wait_until_somebody_waits()
            read(theirs.holder, facts(place="Calvi"))

    def decide() -> ConflictDecision:
        holds.wait(60)
        return decide_conflict(conflict_id=conflict.pk, choice=ConflictChoice.KEEP, user=agent)

    failed, decision = results_together([read_again, decide])

    assert failed is None
    assert (decision.here, decision.there) == ("Corte", "Calvi")


def test_file_that_another_live_one_already_is_refuses_their_identification(ours: TrainingFile) -> None:
    other = TrainingFileFactory(holder=ours.holder, session_starts_on=ours.session_starts_on)

    with pytest.raises(FileAlreadyOpen):
        take_identification(
            training_file_id=ours.pk,
            values={
                "organisation_siret": other.organisation_siret,
                "certification_code": other.certification_code,
            },
        )
    with pytest.raises(ValueError, match="price_cents"):
        take_identification(training_file_id=ours.pk, values={"price_cents": 1})


# What the database holds --------------------------------------------------------------------------
def test_database_keeps_one_open_conflict_of_an_item_and_one_decision(
    theirs: TrainingFile, agent: User
) -> None:
    given = {"training_file": theirs, "item": PLACE, "here_author": "agora", "exchange_id": uuid4()}
    conflict = ItemConflict.objects.create(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemConflict.objects.create(**given)
    ConflictDecision.objects.create(conflict=conflict, choice=ConflictChoice.KEEP, decided_by=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictDecision.objects.create(conflict=conflict, choice=ConflictChoice.TAKE, decided_by=agent)
    other = ItemConflict.objects.create(**given | {"item": TITLE})
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictDecision.objects.create(conflict=other, choice="other", decided_by=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        FileReading.objects.create(training_file=theirs)
