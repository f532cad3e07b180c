"""Our files compared with those of a real listener: differences are found, kept once, mended, closed once over."""

from typing import Any

import pytest

from accounts.enums import StaffRole
from accounts.models import User
from agora_sync.contract import Operation
from agora_sync.enums import ExchangeState, GapKind, GapStep, TraceKind
from agora_sync.exceptions import NotToResend
from agora_sync.models import Exchange, Gap, Trace
from agora_sync.services import inbox, outbox
from agora_sync.services.gaps import pull_for_gap, send_gap_again
from agora_sync.services.reconciliation import reconcile_holder
from rights.enums import TrainingFileAction
from rights.models import TrainingFile
from rights.services.training_files import register_partner_training_file
from rights.services.training_files.partner_changes import close_partner_file
from tests.support.agora import facts
from tests.support.agora_flows import propose_and_commit, send_everything
from tests.support.agora_listener import AgoraSide
from tests.support.factories.accounts import StaffScopeFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("agora_listener")]


@pytest.fixture
def told(training_file: TrainingFile) -> TrainingFile:
    """A file that AGORA has, in order on both sides."""
    send_everything()
    training_file.refresh_from_db()
    return training_file


@pytest.fixture
def agent(db: None) -> User:
    user = UserFactory(is_staff=True)
    return StaffScopeFactory(user=user, role=StaffRole.REGIONAL_AGENT, scope_code="94").user


def reconciled(training_file: TrainingFile) -> list[tuple[str, str]]:
    """The open gaps after one comparison of that person."""
    assert reconcile_holder(holder=training_file.holder)
    opened = Gap.objects.filter(closed_at__isnull=True)
    return list(opened.order_by("kind", "item").values_list("kind", "item"))


def changed_there(agora_side: AgoraSide, training_file: TrainingFile, **fields: Any) -> None:
    with agora_side():
        TrainingFile.objects.filter(agora_number=training_file.agora_number).update(**fields)


def lost_there(agora_side: AgoraSide, training_file: TrainingFile) -> None:
    with agora_side():
        there = TrainingFile.objects.get(agora_number=training_file.agora_number)
        close_partner_file(training_file_id=there.pk, action=TrainingFileAction.CANCEL, reason="TITULAIRE")
        TrainingFile.objects.filter(pk=there.pk).update(agora_number=None)


def steps(gap: Gap) -> list[str]:
    return list(gap.events.order_by("pk").values_list("step", flat=True))


def test_file_in_order_gives_no_gap_at_any_stage_and_leaves_the_traces_of_its_reading(
    told: TrainingFile,
) -> None:
    assert reconciled(told) == []
    propose_and_commit(told, price_cents=1_800_00)
    send_everything()

    assert reconciled(told) == []

    readings = Trace.objects.filter(operation=Operation.LIST_FILES)
    assert set(readings.values_list("kind", flat=True)) == {
        TraceKind.VECTOR_CREATED,
        TraceKind.REQUEST_SENT,
        TraceKind.ANSWER_RECEIVED,
    }


def test_gap_found_again_is_the_same_and_one_that_vanished_is_closed(
    told: TrainingFile, agora_side: AgoraSide
) -> None:
    for price in (1, 1, 2, told.price_cents, 2):
        changed_there(agora_side, told, price_cents=price)
        expected = [] if price == told.price_cents else [(GapKind.ITEM, "formation/prix")]
        assert reconciled(told) == expected

    gap = Gap.objects.get()
    assert (gap.there, gap.training_file, gap.holder) == ("0.02", told, told.holder)
    assert steps(gap) == [GapStep.FOUND, GapStep.CHANGED, GapStep.CLOSED, GapStep.FOUND_AGAIN]
    for event in gap.events.all():
        assert Trace.objects.filter(exchange_id=event.exchange_id).exists()


def test_lost_file_is_sent_again_whole_and_takes_its_new_number(
    told: TrainingFile, agora_side: AgoraSide, agent: User
) -> None:
    lost_there(agora_side, told)
    propose_and_commit(told)
    Exchange.objects.update(state=ExchangeState.DONE)
    outbox.open_new_exchanges()
    Exchange.objects.filter(state=ExchangeState.PENDING).update(state=ExchangeState.DONE)
    assert reconciled(told) == [(GapKind.UNKNOWN_THERE, "")]
    gap = Gap.objects.get()

    send_gap_again(gap_id=gap.pk, user=agent)
    with pytest.raises(NotToResend):
        send_gap_again(gap_id=gap.pk, user=agent)
    send_everything()

    lost = told.agora_number
    told.refresh_from_db()
    assert told.agora_number not in (None, lost)
    assert reconciled(told) == []
    assert steps(gap) == [GapStep.FOUND, GapStep.SENT_AGAIN, GapStep.CLOSED]
    with pytest.raises(NotToResend):
        pull_for_gap(gap_id=gap.pk, user=agent)


def test_state_that_agora_missed_then_an_item_are_told_again(
    told: TrainingFile, agora_side: AgoraSide, agent: User
) -> None:
    propose_and_commit(told)
    outbox.open_new_exchanges()
    missed = Exchange.objects.filter(operation=Operation.VALIDATE_FILE)
    missed.update(state=ExchangeState.DONE)
    send_everything()
    assert reconciled(told) == [(GapKind.STATE, "")]

    send_gap_again(gap_id=Gap.objects.get().pk, user=agent)
    again = Exchange.objects.filter(state=ExchangeState.PENDING)
    assert list(again.values_list("operation", "resent_by")) == [(Operation.VALIDATE_FILE, agent.pk)]
    send_everything()
    changed_there(agora_side, told, title="Autre chose")
    assert reconciled(told) == [(GapKind.ITEM, "formation/intitule")]

    send_gap_again(gap_id=Gap.objects.get(kind=GapKind.ITEM).pk, user=agent)
    send_everything()

    last = Exchange.objects.filter(operation=Operation.AMEND_FILE).order_by("event_id").last()
    assert last is not None
    assert (last.state, last.fault_label) == (ExchangeState.DONE, "")
    assert reconciled(told) == []


def test_file_opened_there_by_another_is_unknown_here_until_it_is_pulled(
    told: TrainingFile, agora_side: AgoraSide, agent: User
) -> None:
    with agora_side():
        there = TrainingFile.objects.get(agora_number=told.agora_number).holder
        register_partner_training_file(partner_code="partner", holder=there, facts=facts())
    assert reconciled(told) == [(GapKind.UNKNOWN_HERE, "")]

    pull_for_gap(gap_id=Gap.objects.get().pk, user=agent)
    inbox.pull_holder_files(holder_id=told.holder.pk)

    assert reconciled(told) == []
    assert steps(Gap.objects.get()) == [GapStep.FOUND, GapStep.PULLED, GapStep.CLOSED]
