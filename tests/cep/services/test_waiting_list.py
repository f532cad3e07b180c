"""Who waits is told of an hour that can still be booked, and of no other."""

from datetime import timedelta

import pytest

from accounts.models import Notification
from cep.enums import MeetingMode, WaitingState
from cep.rules.meetings import bookable_period
from cep.services.waiting import tell_next, wait_for_slot
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import NOW, SiteFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("when", ["just before what can be booked", "the first hour after"])
def test_hour_that_nobody_may_book_is_told_to_nobody(when):
    site = SiteFactory()
    entry = wait_for_slot(holder=HolderFactory(), site=site, mode=MeetingMode.ON_SITE)
    first, last = bookable_period(NOW)
    start = first - MINUTE if when.startswith("just") else last

    assert tell_next(site=site, mode=MeetingMode.ON_SITE, start=start, now=NOW) is None

    entry.refresh_from_db()
    assert entry.state == WaitingState.WAITING
    assert not Notification.objects.exists()
