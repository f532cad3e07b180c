"""Files that others opened at AGORA, brought onto the holder's page over a real listener."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Holder
from agora_sync.enums import Direction, ExchangeState, TraceKind
from agora_sync.models import Exchange, HolderPull, Trace
from agora_sync.selectors.pulls import holders_to_pull
from agora_sync.services import inbox, outbox
from agora_sync.tasks import pull_recent_holders
from rights.enums import FileOrigin, TrainingFileAction, TrainingFileState
from rights.models import JournalEvent, TrainingFile
from rights.services.training_files import (
    declare_entry,
    register_partner_training_file,
)
from rights.services.training_files.partner_changes import close_partner_file
from tests.support.agora import facts
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.agora_sync import requested_file

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("agora_listener")]


@pytest.fixture
def holder(listener: Listener) -> Holder:
    return HolderFactory()


def at_agora(holder: Holder) -> Holder:
    """The same person there. Call inside `agora_side()`."""
    return HolderFactory(
        birth_name=holder.birth_name, nir=_nirs[holder.pk], birth_date=holder.birth_date, user=None
    )


_nirs: dict[Any, str] = {}


@pytest.fixture(autouse=True)
def remembered_nir(holder: Holder) -> None:
    _nirs[holder.pk] = str(holder.nirs.get().nir)


def opened_by_a_partner(agora_side: AgoraSide, holder: Holder, **changes: Any) -> str:
    with agora_side():
        there = Holder.objects.filter(birth_name=holder.birth_name, user=None).first() or at_agora(holder)
        training_file, _ = register_partner_training_file(
            partner_code="partner", holder=there, facts=facts(**changes)
        )
        return str(training_file.agora_number)


def test_file_that_a_partner_opened_comes_onto_the_page(holder: Holder, agora_side: AgoraSide) -> None:
    number = opened_by_a_partner(agora_side, holder, title="Anglais professionnel")

    merged = inbox.pull_holder_files(holder_id=holder.pk)

    brought = TrainingFile.objects.get(holder=holder)
    assert (merged, brought.agora_number, brought.origin) == (1, number, FileOrigin.AGORA)
    assert brought.title == "Anglais professionnel"
    exchange = Exchange.objects.get()
    assert (exchange.direction, exchange.state, exchange.holder) == (
        Direction.OUTGOING,
        ExchangeState.DONE,
        holder,
    )


def test_reading_again_brings_nothing_twice_and_what_changed_there(
    holder: Holder, agora_side: AgoraSide
) -> None:
    number = opened_by_a_partner(agora_side, holder)
    inbox.pull_holder_files(holder_id=holder.pk)
    with agora_side():
        there = TrainingFile.objects.get(agora_number=number)
        declare_entry(training_file=there, entered_on=there.session_starts_on, origin="agora")
    HolderPull.objects.update(pulled_at=timezone.now() - timedelta(minutes=1))

    inbox.pull_holder_files(holder_id=holder.pk)

    brought = TrainingFile.objects.get(holder=holder)
    assert brought.state == TrainingFileState.IN_TRAINING


def test_what_came_from_agora_is_not_sent_back(holder: Holder, agora_side: AgoraSide) -> None:
    opened_by_a_partner(agora_side, holder)
    inbox.pull_holder_files(holder_id=holder.pk)

    assert JournalEvent.objects.exists()
    assert outbox.open_new_exchanges() == 0


def test_own_file_that_agora_lists_is_not_doubled(agora_side: AgoraSide, listener: Listener) -> None:
    training_file = requested_file()
    holder = training_file.holder
    _nirs[holder.pk] = str(holder.nirs.get().nir)
    with agora_side():
        at_agora(holder)
    outbox.open_new_exchanges()
    outbox.send_exchange(exchange_id=Exchange.objects.get().pk)

    inbox.pull_holder_files(holder_id=holder.pk)

    assert TrainingFile.objects.get(holder=holder).origin == FileOrigin.PORTAL


def test_file_given_up_there_before_we_knew_it_is_not_shown(holder: Holder, agora_side: AgoraSide) -> None:
    number = opened_by_a_partner(agora_side, holder)
    with agora_side():
        there = TrainingFile.objects.get(agora_number=number)
        close_partner_file(training_file_id=there.pk, action=TrainingFileAction.CANCEL, reason="TITULAIRE")

    inbox.pull_holder_files(holder_id=holder.pk)

    assert not TrainingFile.objects.exists()


def test_person_unknown_there_leaves_a_refusal_and_is_asked_again_in_turn(holder: Holder) -> None:
    inbox.pull_holder_files(holder_id=holder.pk)

    exchange = Exchange.objects.get()
    assert (exchange.state, exchange.fault_code) == (ExchangeState.REFUSED, "ag:TitulaireInconnu")
    assert HolderPull.objects.get().pulled_at is not None


def test_agora_away_leaves_a_line_and_is_tried_again(holder: Holder, settings: Any) -> None:
    settings.AGORA_ENDPOINT_URL = "https://127.0.0.1:1/agora/v1/"

    assert inbox.pull_holder_files(holder_id=holder.pk) == 0

    pull = HolderPull.objects.get()
    assert Exchange.objects.get().state == ExchangeState.ABANDONED
    assert pull.pulled_at is None
    assert pull.lease_until is not None
    assert pull.lease_until - timezone.now() <= inbox.WAIT_AFTER_FAILURE


def test_reading_twice_in_a_row_calls_once(holder: Holder) -> None:
    for _ in range(3):
        inbox.pull_holder_files(holder_id=holder.pk)

    assert Trace.objects.filter(kind=TraceKind.REQUEST_SENT).count() == 1


def test_reading_that_brings_nothing_new_leaves_its_traces_and_no_line(
    holder: Holder, agora_side: AgoraSide
) -> None:
    opened_by_a_partner(agora_side, holder)
    inbox.pull_holder_files(holder_id=holder.pk)
    HolderPull.objects.update(pulled_at=timezone.now() - timedelta(minutes=1))

    inbox.pull_holder_files(holder_id=holder.pk)

    assert Exchange.objects.count() == 1
    assert Trace.objects.filter(kind=TraceKind.ANSWER_RECEIVED).count() == 2


def test_reading_cut_short_is_closed_by_the_next_one(holder: Holder) -> None:
    cut = inbox._opened_exchange(holder)

    inbox.pull_holder_files(holder_id=holder.pk)

    cut.refresh_from_db()
    assert cut.state == ExchangeState.ABANDONED


def test_person_without_nir_is_not_asked_about(listener: Listener) -> None:
    unknown = HolderFactory(nir=None)
    inbox.request_pull(holder=unknown)

    assert inbox.pull_holder_files(holder_id=unknown.pk) == 0
    assert holders_to_pull(at=timezone.now(), limit=10) == []
    assert not Exchange.objects.exists()


# Whose turn it is -----------------------------------------------------------------------------------
def signed_in(holder: Holder, ago: timedelta) -> None:
    assert holder.user is not None
    holder.user.last_login = timezone.now() - ago
    holder.user.save()


def read(holder: Holder, ago: timedelta) -> None:
    HolderPull.objects.create(holder=holder, pulled_at=timezone.now() - ago)


@pytest.mark.parametrize(
    ("login_ago", "read_ago", "wanted"),
    [
        (timedelta(minutes=5), None, True),
        (timedelta(minutes=5), timedelta(seconds=10), False),
        (timedelta(minutes=5), timedelta(seconds=30), True),
        (timedelta(minutes=40), timedelta(seconds=30), False),
        (timedelta(minutes=40), timedelta(minutes=3), True),
        (timedelta(hours=20), timedelta(minutes=2), False),
        (timedelta(hours=20), timedelta(minutes=20), True),
        (timedelta(days=10), None, False),
    ],
)
def test_those_who_are_about_are_read_more_often(
    holder: Holder, login_ago: timedelta, read_ago: timedelta | None, wanted: bool
) -> None:
    signed_in(holder, login_ago)
    if read_ago is not None:
        read(holder, read_ago)

    assert (holders_to_pull(at=timezone.now(), limit=10) == [holder.pk]) is wanted


def test_who_asked_is_read_even_long_after_signing_in(holder: Holder) -> None:
    signed_in(holder, timedelta(days=30))
    read(holder, timedelta(minutes=1))

    inbox.request_pull(holder=holder)

    assert holders_to_pull(at=timezone.now(), limit=10) == [holder.pk]


def test_batch_is_bounded_and_begins_with_those_read_longest_ago(holder: Holder) -> None:
    others = [HolderFactory() for _ in range(3)]
    for rank, each in enumerate((holder, *others)):
        signed_in(each, timedelta(minutes=1))
        read(each, timedelta(minutes=10 + rank))

    assert holders_to_pull(at=timezone.now(), limit=2) == [others[2].pk, others[1].pk]


def test_provider_reads_from_nobody(holder: Holder, settings: Any) -> None:
    settings.AGORA_ROLE = "provider"
    signed_in(holder, timedelta(minutes=1))

    pull_recent_holders()

    assert not HolderPull.objects.exists()
