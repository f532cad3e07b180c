import datetime

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts.models import Notification
from accounts.services.notifications import deliver_waiting
from catalog.enums import AlertFrequency
from catalog.models import KnownResult
from catalog.services import alerts
from catalog.services.alerts import day_of_alerts, searches_of_token, stop_token, tell_person, write_alerts
from catalog.services.kept import stop_alerts
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.catalog import TODAY, SavedSearchFactory, offered

pytestmark = [pytest.mark.usefixtures("corsica")]
TOMORROW = TODAY + datetime.timedelta(days=1)


def test_alert_tells_only_what_is_new_since_the_last_one():
    search = SavedSearchFactory()
    offered("Soudeur à l'arc")
    write_alerts(day=TODAY)
    offered("Soudeuse TIG")

    write_alerts(day=TOMORROW)

    deliver_waiting()
    first, second = (message.body for message in mail.outbox)
    assert "Soudeur à l'arc" in first
    assert "Soudeuse TIG" in second
    assert "Soudeur à l'arc" not in second
    assert search.known_results.count() == 2


def test_alert_run_twice_the_same_day_writes_one_message():
    SavedSearchFactory()
    offered("Soudeur")

    written = [write_alerts(day=TODAY), write_alerts(day=TODAY)]

    assert written == [1, 0]
    assert Notification.objects.count() == 1


@transaction.atomic
def killed_before_the_commit(search):
    tell_person(holder_id=search.holder_id, day=TODAY)
    raise KeyboardInterrupt


def test_alert_without_news_writes_nothing():
    SavedSearchFactory()

    assert write_alerts(day=TODAY) == 0
    assert not Notification.objects.exists()


def test_alert_killed_before_the_commit_is_written_once_by_the_next_sweep():
    search = SavedSearchFactory()
    offered("Soudeur")

    with pytest.raises(KeyboardInterrupt):
        killed_before_the_commit(search)
    assert not KnownResult.objects.exists()

    assert write_alerts(day=TODAY) == 1
    assert Notification.objects.count() == 1


def test_alert_says_all_the_searches_of_a_person_in_one_message():
    holder = HolderFactory()
    SavedSearchFactory(holder=holder)
    SavedSearchFactory(holder=holder, query="q=boulanger", label="Boulanger")
    for title in ("Soudeur", "Boulanger", "Boulangère"):
        offered(title)

    assert write_alerts(day=TODAY) == 1

    deliver_waiting()
    (message,) = mail.outbox
    assert "Soudeur : 1 nouvelle formation" in message.body
    assert "Boulanger : 2 nouvelles formations" in message.body


def test_alert_every_week_waits_for_seven_days():
    SavedSearchFactory(frequency=AlertFrequency.WEEKLY, told_on=TODAY)
    offered("Soudeur")

    assert write_alerts(day=TODAY + datetime.timedelta(days=6)) == 0
    assert write_alerts(day=TODAY + datetime.timedelta(days=7)) == 1


def test_alert_sweeps_a_bounded_number_of_people(monkeypatch):
    monkeypatch.setattr(alerts, "PEOPLE_PER_SWEEP", 2)
    for _ in range(3):
        SavedSearchFactory()
    offered("Soudeur")

    assert [write_alerts(day=TODAY) for _ in range(3)] == [2, 1, 0]


def test_alert_of_a_place_that_is_no_longer_known_tells_nothing_and_is_not_tried_all_day():
    search = SavedSearchFactory(query="q=soudeur&lieu=Nullepart&rayon=30")
    offered("Soudeur")

    assert write_alerts(day=TODAY) == 0

    search.refresh_from_db()
    assert search.told_on == TODAY


def test_message_can_be_stopped_by_its_headers_and_by_a_link_for_each_search():
    search = SavedSearchFactory()
    offered("Soudeur")
    write_alerts(day=TODAY)

    deliver_waiting()

    (message,) = mail.outbox
    headers = message.message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop_token(holder_id=search.holder_id).partition(":")[0] in headers["List-Unsubscribe"]
    assert f"/alertes/arreter/{stop_token(search_id=search.pk).partition(':')[0]}" in message.body
    assert "Auto-Submitted" in headers


def test_message_of_a_search_stopped_meanwhile_does_not_leave():
    search = SavedSearchFactory()
    offered("Soudeur")
    write_alerts(day=TODAY)
    stop_alerts(searches=[search])

    deliver_waiting()

    assert mail.outbox == []


def test_stop_link_names_one_search_or_all_of_a_person_and_nothing_when_changed():
    holder = HolderFactory()
    one = SavedSearchFactory(holder=holder)
    other = SavedSearchFactory(holder=holder, query="q=boulanger")
    SavedSearchFactory()

    assert searches_of_token(stop_token(search_id=one.pk)) == [one]
    assert set(searches_of_token(stop_token(holder_id=holder.pk))) == {one, other}
    assert searches_of_token(stop_token(search_id=one.pk) + "x") is None


def test_day_of_alerts_begins_at_six_in_the_zone_of_the_site():
    zone = timezone.get_default_timezone()
    early = datetime.datetime(2026, 3, 2, 5, 59, tzinfo=zone)

    assert day_of_alerts(early) == TODAY - datetime.timedelta(days=1)
    assert day_of_alerts(early + datetime.timedelta(minutes=1)) == TODAY
