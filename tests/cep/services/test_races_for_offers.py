"""The waiting list under many workers: each person told once, each slot told to one person."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Notification
from cep.enums import WaitingState
from cep.models import WaitingEntry
from cep.services.waiting import tell_next
from tests.cep.services.crowds import CROWD, FEW, answers_of, crowd, kept, look_then_write
from tests.support.factories.cep import MONDAY, NOW, SiteFactory, at
from tests.support.threads import run_together

pytestmark = pytest.mark.django_db(transaction=True)


# 14. The waiting list


def waiting_people(count: int) -> Any:
    site = SiteFactory()
    for person in crowd(count):
        WaitingEntry.objects.create(holder=person, site=site, mode="on_site")
    return site


def test_waiting_people_are_each_told_once_by_many_workers():
    site = waiting_people(FEW)
    starts = [at(MONDAY, "09:00") + timedelta(minutes=30 * rank) for rank in range(CROWD)]

    answers = answers_of(
        lambda start=start: tell_next(site=site, mode="on_site", start=start, now=NOW) for start in starts
    )

    entries = list(WaitingEntry.objects.all())
    assert all((entry.state, entry.notices) == (WaitingState.OFFERED, 1) for entry in entries)
    assert len({entry.offered_start for entry in entries}) == FEW
    assert len(kept(answers)) == FEW
    assert Notification.objects.count() == 0  # nobody here has an address


def test_one_freed_slot_is_told_to_one_person_by_many_workers():
    site = waiting_people(FEW)

    run_together([lambda: tell_next(site=site, mode="on_site", start=at(MONDAY, "09:00"), now=NOW)] * FEW)

    assert WaitingEntry.objects.filter(state=WaitingState.OFFERED).count() == 1


def test_negative_control_workers_that_only_look_tell_the_same_person():
    site = waiting_people(FEW)
    told_of: list[int] = []

    look_then_write(
        FEW,
        lambda: WaitingEntry.objects.filter(site=site, state=WaitingState.WAITING).order_by("pk").first(),
        lambda rank, entry: told_of.append(entry.pk),
    )

    assert len(told_of) == FEW > len(set(told_of))
