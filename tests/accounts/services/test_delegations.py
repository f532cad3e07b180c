"""Mandates: for named acts, for a time, taken back at once, and each act traced under who did it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.enums import (
    DataRequestKind,
    DataRequestState,
    DelegatedAct,
    DelegateKind,
    SituationKind,
)
from accounts.exceptions import DelegationRefused, NotAllowed, WrongDelegationCode
from accounts.models import (
    AccessLogEntry,
    ActivationAttempt,
    DataRequest,
    DelegatedActEntry,
    Delegation,
    Situation,
)
from accounts.selectors.delegations import delegations_held_by
from accounts.services.delegations import (
    accept_delegation,
    act_under,
    ask_about_data_under,
    declare_situation_under,
    give_delegation,
    revoke_delegation,
)
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db

EVERY_ACT = list(DelegatedAct)


def given(holder=None, *, acts=EVERY_ACT, kind=DelegateKind.MANDATEE, days=30, starts_in=0):
    first = timezone.localdate() + timedelta(days=starts_in)
    return give_delegation(
        holder=holder or HolderFactory(),
        kind=kind,
        delegate_name="Aidante",
        acts=acts,
        starts_on=first,
        ends_on=first + timedelta(days=days),
        now=timezone.now(),
    )


def accepted(user=None, **fields):
    _, code = given(**fields)
    helper = user or UserFactory()
    return accept_delegation(user=helper, code=code, origin="127.0.0.1", now=timezone.now()), helper


def test_act_named_by_the_mandate_is_traced_for_both_sides():
    delegation, helper = accepted()

    act_under(delegation=delegation, user=helper, act=DelegatedAct.READ_RIGHTS, what="Droits")

    entry = DelegatedActEntry.objects.get()
    seen = AccessLogEntry.objects.get(holder=delegation.holder)
    assert (entry.actor, entry.act, entry.what) == (helper, "read_rights", "Droits")
    assert (seen.actor, seen.partner, seen.purpose) == (
        helper,
        "Mandataire : Aidante",
        "Mandat que vous avez donné",
    )


@pytest.mark.parametrize(
    "spoil",
    [
        "another act",
        "another person",
        "taken back",
        "over",
        "not begun",
        "dead",
        "restricted",
        "closed account",
    ],
)
def test_mandate_that_does_not_hold_does_nothing_and_writes_nothing(spoil):
    acts = [DelegatedAct.ASK_ABOUT_DATA] if spoil == "another act" else EVERY_ACT
    delegation, helper = accepted(acts=acts, starts_in=2 if spoil == "not begun" else 0)
    holder, user = delegation.holder, helper
    if spoil == "another person":
        user = UserFactory()
    elif spoil == "taken back":
        revoke_delegation(holder=holder, key=delegation.pk, now=timezone.now())
    elif spoil == "over":
        yesterday = timezone.localdate() - timedelta(days=1)
        Delegation.objects.update(starts_on=yesterday, ends_on=yesterday)
    elif spoil == "dead":
        type(holder).objects.filter(pk=holder.pk).update(deceased_on=timezone.localdate())
    elif spoil == "restricted":
        restrict(holder)
    elif spoil == "closed account":
        user.is_active = False

    with pytest.raises(NotAllowed):
        act_under(delegation=delegation, user=user, act=DelegatedAct.READ_RIGHTS, what="Droits")

    assert not DelegatedActEntry.objects.exists()
    assert not AccessLogEntry.objects.exists()


def restrict(holder):
    DataRequest.objects.create(
        holder=holder,
        kind=DataRequestKind.RESTRICTION,
        text="Limiter",
        due_on=timezone.localdate(),
        state=DataRequestState.ACCEPTED,
        answer="Accepté",
        answered_at=timezone.now(),
    )


def test_situation_declared_under_a_mandate_says_so():
    delegation, helper = accepted()

    declare_situation_under(
        delegation=delegation,
        user=helper,
        kind=SituationKind.JOB_SEEKER,
        effective_on=date(2026, 3, 3),
        details={},
        is_over=False,
    )

    [situation] = Situation.objects.filter(holder=delegation.holder, kind=SituationKind.JOB_SEEKER)
    assert situation.source_detail == "par la personne que vous avez mandatée"
    assert DelegatedActEntry.objects.get().act == DelegatedAct.DECLARE_SITUATION


def test_data_request_under_a_mandate_is_the_persons():
    delegation, helper = accepted()

    made = ask_about_data_under(
        delegation=delegation,
        user=helper,
        kind=DataRequestKind.RECTIFICATION,
        text="Un nom",
        today=timezone.localdate(),
    )

    assert made.holder == delegation.holder


def test_code_serves_once_for_another_than_the_holder_within_its_week():
    holder = HolderFactory()
    _, code = given(holder)
    now = timezone.now()

    for user, moment in ((holder.user, now), (UserFactory(), now + timedelta(days=8))):
        with pytest.raises(WrongDelegationCode):
            accept_delegation(user=user, code=code, origin="127.0.0.1", now=moment)
    accept_delegation(user=UserFactory(), code=f" {code[:5].lower()} {code[5:]}", origin="127.0.0.1", now=now)

    with pytest.raises(WrongDelegationCode):
        accept_delegation(user=UserFactory(), code=code, origin="127.0.0.1", now=now)


def test_wrong_code_is_counted_all_the_same():
    with pytest.raises(WrongDelegationCode):
        accept_delegation(user=UserFactory(), code="22222 22222", origin="127.0.0.1", now=timezone.now())

    assert ActivationAttempt.objects.count() == 1


def test_advisers_mandate_serves_an_adviser_in_office_alone():
    _, code = given(kind=DelegateKind.ADVISER)

    with pytest.raises(WrongDelegationCode):
        accept_delegation(user=UserFactory(), code=code, origin="127.0.0.1", now=timezone.now())

    adviser = UserFactory(cep_adviser=True)
    held = accept_delegation(user=adviser, code=code, origin="127.0.0.1", now=timezone.now())
    assert delegations_held_by(adviser) == [held]


@pytest.mark.parametrize("fields", [{"acts": []}, {"days": 400}, {"days": -1}, {"starts_in": -40}])
def test_mandate_without_act_or_beyond_a_year_is_refused(fields):
    with pytest.raises(DelegationRefused):
        given(**fields)

    assert not Delegation.objects.exists()


def test_mandate_of_another_is_not_taken_back():
    delegation, _ = accepted()

    revoke_delegation(holder=HolderFactory(), key=delegation.pk, now=timezone.now())

    delegation.refresh_from_db()
    assert delegation.revoked_at is None
