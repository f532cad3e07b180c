"""What a workshop refuses, whoever asks: hours that do not exist, seats and ends that come too late."""

from datetime import date, time, timedelta

import pytest

from accounts.models import Notification
from cep.exceptions import ActionRefused, PlanRefused
from cep.models import Absence, GroupSession
from cep.services.groups import call_off_session, leave_seat, open_session, take_seat
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import NOW, AdviserFactory, GroupSessionFactory, SiteFactory

pytestmark = pytest.mark.django_db
SUMMER_TIME = date(2027, 3, 28)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (time(2, 30), time(4, 0)),
        (time(1, 0), time(2, 30)),
        (time(11, 0), time(9, 0)),
        (time(9, 0), time(9, 0)),
    ],
    ids=["begins in the hour that is skipped", "ends in it", "ends before it begins", "lasts nothing"],
)
def test_workshop_at_hours_that_do_not_exist_is_not_announced(start, end):
    site = SiteFactory()

    with pytest.raises(PlanRefused):
        open_session(
            adviser=AdviserFactory(operator=site.operator), site=site, title="Mon projet", day=SUMMER_TIME,
            local_start=start, local_end=end, capacity=8, actor=None, now=NOW,
        )  # fmt: skip

    assert not GroupSession.objects.exists()
    assert not Absence.objects.exists()


@pytest.mark.parametrize("act", [take_seat, leave_seat])
def test_seat_of_a_workshop_called_off_meanwhile_does_not_move(act):
    seen = GroupSessionFactory()
    holder = HolderFactory()
    take_seat(session=seen, holder=holder, now=NOW)
    call_off_session(session=seen, now=NOW)
    seen.refresh_from_db()

    with pytest.raises(ActionRefused, match="annulé"):
        act(session=seen, holder=holder, now=NOW)

    assert seen.seats.count() == 1


def test_seat_is_not_taken_once_the_workshop_has_begun():
    session = GroupSessionFactory()

    with pytest.raises(ActionRefused, match="déjà commencé"):
        take_seat(session=session, holder=HolderFactory(), now=session.starts_at)

    assert not session.seats.exists()


def test_workshop_that_has_begun_is_not_called_off():
    session = GroupSessionFactory()
    take_seat(session=session, holder=HolderFactory(), now=NOW)

    with pytest.raises(ActionRefused, match="a commencé"):
        call_off_session(session=session, now=session.starts_at + timedelta(minutes=1))

    session.refresh_from_db()
    assert session.called_off_at is None


def test_workshop_called_off_twice_is_told_once():
    session = GroupSessionFactory()
    take_seat(session=session, holder=HolderFactory(), now=NOW)

    assert [call_off_session(session=session, now=NOW) for _ in range(2)] == [1, 0]
    assert Notification.objects.filter(kind="cep.session_called_off").count() == 1
