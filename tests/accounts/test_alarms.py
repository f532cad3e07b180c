"""Abnormal readings, from the access log to the page of the head of security."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from accounts.enums import AlarmKind, AlarmState
from accounts.models import AccessLogEntry, AlarmThreshold, ReadingAlarm, WatchedHolder
from accounts.services.access_log import record_consultation
from accounts.services.alarms import FindingMissing, handle_alarm, raise_alarms
from accounts.tasks import deliver_notifications
from tests.support.factories.accounts import HolderFactory, StaffScopeFactory, UserFactory
from tests.support.factories.catalog import some_communes
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def day():
    """Today, at noon: rows of the access log are dated by the database, whose clock is the real one."""
    return datetime.now(PARIS).date()


def threshold(kind, value, day):
    return AlarmThreshold.objects.create(kind=kind, value=value, starts_on=day - timedelta(days=9))


def read(agent, *holders):
    for holder in holders:
        record_consultation(actor=agent, holder=holder, purpose="Contrôle", what="Identité")


def raised():
    return {(alarm.kind, alarm.actor_id): alarm.readings for alarm in ReadingAlarm.objects.all()}


def test_volume_counts_people_and_not_lines(day):
    threshold(AlarmKind.VOLUME, 3, day)
    busy, calm = UserFactory(cdc=True), UserFactory(cdc=True)
    people = [HolderFactory() for _ in range(3)]
    read(busy, *people)
    read(calm, people[0], people[0], people[0], people[1])

    raise_alarms(day=day)

    assert raised() == {(AlarmKind.VOLUME, busy.pk): 3}


def test_without_a_threshold_in_force_nothing_is_raised(day):
    AlarmThreshold.objects.create(
        kind=AlarmKind.VOLUME, value=1, starts_on=day - timedelta(days=9), ends_on=day - timedelta(days=1)
    )
    read(UserFactory(cdc=True), HolderFactory())

    assert raise_alarms(day=day) == 0


def test_alarm_is_raised_once_and_tells_the_watch_once(day):
    threshold(AlarmKind.VOLUME, 1, day)
    watch = UserFactory(rssi=True)
    read(UserFactory(cdc=True), HolderFactory())

    assert [raise_alarms(day=day), raise_alarms(day=day)] == [1, 0]

    deliver_notifications()
    [message] = mail.outbox
    assert message.to == [watch.email]
    assert "1 alarme de consultation" in message.body


def test_outside_scope_is_a_person_who_neither_lives_nor_works_in_the_region(day):
    some_communes("2A004", "2B033", "75056")
    threshold(AlarmKind.OUTSIDE_SCOPE, 1, day)
    agent, right = UserFactory(regional_agent=True), UserFactory(regional_agent=True)
    read(agent, HolderFactory(home_commune_code="75056", work_commune_code=""))
    read(right, HolderFactory(home_commune_code="75056", work_commune_code="2B033"))

    raise_alarms(day=day)

    assert raised() == {(AlarmKind.OUTSIDE_SCOPE, agent.pk): 1}


def test_outside_scope_is_also_a_reading_without_any_role(day):
    threshold(AlarmKind.OUTSIDE_SCOPE, 1, day)
    nobody = UserFactory()
    read(nobody, HolderFactory())

    raise_alarms(day=day)

    assert raised() == {(AlarmKind.OUTSIDE_SCOPE, nobody.pk): 1}


def test_colleague_is_oneself_or_somebody_of_the_same_body(day):
    threshold(AlarmKind.COLLEAGUE, 1, day)
    curious, vain, fair = (UserFactory(cep_adviser=True) for _ in range(3))
    read(curious, HolderFactory(user=StaffScopeFactory(cep_adviser=True).user))
    read(vain, HolderFactory(user=vain))
    read(
        fair,
        HolderFactory(user=StaffScopeFactory(cep_adviser=True, scope_code="op-autre").user),
        HolderFactory(),
    )

    raise_alarms(day=day)

    assert set(raised()) == {(AlarmKind.COLLEAGUE, curious.pk), (AlarmKind.COLLEAGUE, vain.pk)}


def test_public_figure_is_watched(day):
    threshold(AlarmKind.PUBLIC_FIGURE, 1, day)
    agent, known = UserFactory(cdc=True), HolderFactory()
    WatchedHolder.objects.create(holder=known)
    read(agent, known, HolderFactory())

    raise_alarms(day=day)

    assert raised() == {(AlarmKind.PUBLIC_FIGURE, agent.pk): 1}


@pytest.mark.parametrize(
    ("instant", "is_abnormal"),
    [
        (datetime(2026, 11, 18, 10, tzinfo=PARIS), False),
        (datetime(2026, 11, 18, 22, tzinfo=PARIS), True),
        (datetime(2026, 11, 15, 10, tzinfo=PARIS), True),
        (datetime(2026, 11, 11, 10, tzinfo=PARIS), True),
    ],
    ids=["working day", "night", "Sunday", "public holiday"],
)
def test_hours_are_those_of_working_days(instant, is_abnormal):
    threshold(AlarmKind.HOURS, 1, instant.date())
    agent, holder = UserFactory(cdc=True), HolderFactory()
    AccessLogEntry.objects.bulk_create(
        [
            AccessLogEntry(
                at=instant,
                actor=agent,
                actor_roles=["cdc"],
                holder=holder,
                purpose="Contrôle",
                what="Identité",
            )
        ]
    )

    assert raise_alarms(day=instant.date()) == is_abnormal


def alarm_of(agent, day):
    return ReadingAlarm.objects.create(kind=AlarmKind.VOLUME, actor=agent, day=day, readings=60, threshold=50)


def test_page_shows_the_alarm_and_keeps_what_was_found(client, day):
    alarm, watch = alarm_of(UserFactory(cdc=True), day), UserFactory(rssi=True)
    sign_in(client, watch)

    page = client.get("/rssi/alarmes/").content.decode()
    client.post(f"/rssi/alarmes/{alarm.pk}/", {"finding": "Contrôle annuel annoncé."})

    assert "À traiter" in page
    alarm.refresh_from_db()
    assert (alarm.state, alarm.handled_by, alarm.finding) == (
        AlarmState.HANDLED,
        watch,
        "Contrôle annuel annoncé.",
    )
    assert "Traitée" in client.get("/rssi/alarmes/").content.decode()


def test_alarm_without_a_finding_stays_open(day):
    alarm = alarm_of(UserFactory(cdc=True), day)

    with pytest.raises(FindingMissing):
        handle_alarm(actor=UserFactory(rssi=True), alarm=alarm, finding="  ", now=datetime.now(PARIS))

    alarm.refresh_from_db()
    assert alarm.state == AlarmState.NEW


def test_list_runs_the_same_queries_with_one_and_three_rows(client, day, django_assert_num_queries):
    sign_in(client, UserFactory(rssi=True)).get("/rssi/alarmes/")
    alarm_of(UserFactory(cdc=True), day)
    with django_assert_num_queries(5):
        client.get("/rssi/alarmes/")
    for _ in range(2):
        alarm_of(UserFactory(cdc=True), day)

    with django_assert_num_queries(5):
        client.get("/rssi/alarmes/")
