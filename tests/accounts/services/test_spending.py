"""The guard in front of every spending: blocks, freezes by one and reopenings by two, the period after a change."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import AssuranceLevel, StaffRole
from accounts.exceptions import (
    AccountBlocked,
    BlockAlreadyLifted,
    CoolingPeriod,
    IdentityProofNeeded,
    NotAllowed,
    SamePersonLifts,
)
from accounts.models import ContactChange, SpendingBlock
from accounts.services.sign_in_proofs import Assurance
from accounts.services.spending import (
    ask_to_reopen,
    block_own_account,
    check_may_spend,
    confirm_reopening,
    freeze_account,
    reopen_own_account,
)
from tests.support.factories.accounts import HolderFactory, IdentityProofFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
LIFTED_BY_TWO = "accounts_block_two_people_lift"


def strong(holder, *, at=NOW, level=AssuranceLevel.EIDAS2, user=None):
    return Assurance(user_id=(user or holder.user).pk, level=level, at=at)


def may_spend(holder, assurance=None, now=NOW):
    with transaction.atomic():
        check_may_spend(holder=holder, assurance=assurance, now=now)
    return True


@pytest.fixture
def holder():
    return HolderFactory(identity_proof=False)


def guardian(role=StaffRole.RSSI):
    return UserFactory(is_staff=True, staff_role=role)


# Proofs -------------------------------------------------------------------------------------------
def test_password_alone_does_not_spend(holder):
    with pytest.raises(IdentityProofNeeded):
        may_spend(holder)


@pytest.mark.parametrize("level", [AssuranceLevel.EIDAS2, AssuranceLevel.EIDAS3])
def test_fresh_strong_sign_in_spends(holder, level):
    assert may_spend(holder, strong(holder, level=level))


def test_low_sign_in_does_not_spend(holder):
    with pytest.raises(IdentityProofNeeded):
        may_spend(holder, strong(holder, level=AssuranceLevel.EIDAS1))


@pytest.mark.parametrize("age", [timedelta(minutes=30, seconds=1), timedelta(seconds=-1)])
def test_strong_sign_in_too_old_or_of_a_later_hour_does_not_spend(holder, age):
    with pytest.raises(IdentityProofNeeded):
        may_spend(holder, strong(holder, at=NOW - age))


def test_strong_sign_in_of_another_user_does_not_spend(holder):
    with pytest.raises(IdentityProofNeeded):
        may_spend(holder, strong(holder, user=UserFactory()))


def test_standing_check_spends_with_a_password(holder):
    IdentityProofFactory(holder=holder, counter=True)

    assert may_spend(holder)


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_until": NOW},
        {"verified_at": NOW + timedelta(minutes=1)},
        {"level": AssuranceLevel.EIDAS1},
        {"kind": "franceconnect"},
    ],
    ids=["run out", "made later", "low", "of a session"],
)
def test_check_that_does_not_stand_does_not_spend(holder, fields):
    IdentityProofFactory(holder=holder, **fields)

    with pytest.raises(IdentityProofNeeded):
        may_spend(holder)


def test_check_of_another_person_does_not_spend(holder):
    IdentityProofFactory()

    with pytest.raises(IdentityProofNeeded):
        may_spend(holder)


# One's own block ----------------------------------------------------------------------------------
def test_block_stops_the_best_proven_person_at_once(holder):
    block_own_account(holder=holder, user=holder.user)

    with pytest.raises(AccountBlocked):
        may_spend(holder, strong(holder))


def test_block_twice_is_one_block(holder):
    first = block_own_account(holder=holder, user=holder.user)
    second = block_own_account(holder=holder, user=holder.user)

    assert first == second
    assert SpendingBlock.objects.count() == 1


def test_own_block_is_taken_back_with_a_strong_sign_in(holder):
    block_own_account(holder=holder, user=holder.user)

    reopen_own_account(holder=holder, user=holder.user, assurance=strong(holder), now=NOW)

    assert may_spend(holder, strong(holder))


def test_own_block_is_not_taken_back_with_a_password_even_where_it_spends(holder):
    IdentityProofFactory(holder=holder, counter=True)
    block_own_account(holder=holder, user=holder.user)

    with pytest.raises(IdentityProofNeeded):
        reopen_own_account(holder=holder, user=holder.user, assurance=None, now=NOW)

    with pytest.raises(AccountBlocked):
        may_spend(holder)


def test_own_block_is_taken_back_after_a_new_check_at_a_counter(holder):
    row = block_own_account(holder=holder, user=holder.user)
    later = row.placed_at + timedelta(hours=1)
    IdentityProofFactory(holder=holder, counter=True, verified_at=later)

    reopen_own_account(holder=holder, user=holder.user, assurance=None, now=later)

    assert not SpendingBlock.objects.filter(lifted_at__isnull=True).exists()


def test_own_reopening_leaves_a_freeze(holder):
    block_own_account(holder=holder, user=holder.user)
    freeze_account(holder=holder, actor=guardian(), reason="Soupçon de fraude")

    reopen_own_account(holder=holder, user=holder.user, assurance=strong(holder), now=NOW)

    with pytest.raises(AccountBlocked):
        may_spend(holder, strong(holder))


# Freezes ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", sorted(set(StaffRole.values) - {"rssi", "administrator"}))
def test_freeze_by_another_role_is_refused(holder, role):
    with pytest.raises(NotAllowed):
        freeze_account(holder=holder, actor=guardian(role), reason="Soupçon")

    assert not SpendingBlock.objects.exists()


def test_freeze_without_a_reason_is_refused(holder):
    with pytest.raises(ValueError, match="why"):
        freeze_account(holder=holder, actor=guardian(), reason="  ")


def test_two_people_reopen_a_freeze(holder):
    row = freeze_account(holder=holder, actor=guardian(), reason="Soupçon de fraude")
    first, second = guardian(), guardian(StaffRole.ADMINISTRATOR)

    ask_to_reopen(block_id=row.pk, actor=first, reason="Personne rencontrée", now=NOW)
    with pytest.raises(AccountBlocked):
        may_spend(holder, strong(holder))
    confirm_reopening(block_id=row.pk, actor=second, now=NOW)

    assert may_spend(holder, strong(holder))
    row.refresh_from_db()
    assert (row.lift_asked_by, row.lifted_by) == (first, second)


def test_same_person_does_not_reopen_alone(holder):
    row = freeze_account(holder=holder, actor=guardian(), reason="Soupçon de fraude")
    alone = guardian()
    ask_to_reopen(block_id=row.pk, actor=alone, reason="Personne rencontrée", now=NOW)

    with pytest.raises(SamePersonLifts):
        confirm_reopening(block_id=row.pk, actor=alone, now=NOW)

    assert SpendingBlock.objects.get().lifted_at is None


def test_reopening_that_nobody_asked_for_is_not_confirmed(holder):
    row = freeze_account(holder=holder, actor=guardian(), reason="Soupçon de fraude")

    with pytest.raises(SamePersonLifts):
        confirm_reopening(block_id=row.pk, actor=guardian(), now=NOW)


def test_database_refuses_a_freeze_lifted_by_one(holder):
    row = freeze_account(holder=holder, actor=guardian(), reason="Soupçon de fraude")
    alone = guardian()

    with pytest.raises(IntegrityError, match=LIFTED_BY_TWO), transaction.atomic():
        SpendingBlock.objects.filter(pk=row.pk).update(
            lift_asked_by=alone, lift_asked_at=NOW, lift_reason="Seul", lifted_by=alone, lifted_at=NOW
        )


def test_guardian_does_not_reopen_their_own_account(holder):
    row = freeze_account(holder=holder, actor=guardian(), reason="Soupçon de fraude")
    own = HolderFactory(user=guardian())
    SpendingBlock.objects.filter(pk=row.pk).update(holder=own)

    with pytest.raises(NotAllowed):
        ask_to_reopen(block_id=row.pk, actor=own.user, reason="C’est moi", now=NOW)


def test_reopening_twice_is_refused(holder):
    row = freeze_account(holder=holder, actor=guardian(), reason="Soupçon de fraude")
    ask_to_reopen(block_id=row.pk, actor=guardian(), reason="Personne rencontrée", now=NOW)
    confirm_reopening(block_id=row.pk, actor=guardian(), now=NOW)

    with pytest.raises(BlockAlreadyLifted):
        confirm_reopening(block_id=row.pk, actor=guardian(), now=NOW)


# After a change of address ------------------------------------------------------------------------
def test_nothing_is_spent_for_three_days_after_a_change_of_address(holder):
    changed = NOW - timedelta(hours=71)
    ContactChange.objects.create(
        user=holder.user,
        what="email",
        new_value="x@exemple.test",
        confirmed_on_old_at=changed,
        applied_at=changed,
    )

    with pytest.raises(CoolingPeriod, match="cooling_period") as refusal:
        may_spend(holder, strong(holder))

    assert refusal.value.until == changed + timedelta(hours=72)
    assert may_spend(holder, strong(holder, at=NOW + timedelta(hours=1)), now=NOW + timedelta(hours=1))


def test_database_refuses_a_change_that_the_old_address_did_not_confirm(holder):
    with pytest.raises(IntegrityError, match="accounts_contact_change_confirmed_first"), transaction.atomic():
        ContactChange.objects.create(
            user=holder.user, what="email", new_value="x@exemple.test", applied_at=NOW
        )
