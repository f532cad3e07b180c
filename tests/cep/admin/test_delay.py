"""« 10 minutes de retard »: one press, and those who come next know it."""

import pytest
from django.core import mail

from accounts.models import Notification
from accounts.services.notifications import deliver_waiting
from cep.enums import BookingStatus
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import MONDAY, AdviserFactory, BookingFactory, SiteFactory, at

pytestmark = pytest.mark.django_db
AGENDA, LATE = "/admin/cep/booking/", "/admin/cep/booking/retard/"


@pytest.fixture
def adviser():
    return AdviserFactory(operator=SiteFactory().operator)


@pytest.fixture
def desk(client, adviser, travel_to):
    """Monday, half past nine: somebody sits there."""
    travel_to("2026-11-23 09:30")
    client.force_login(adviser.user)
    return client


def meeting(adviser, hour, **changes):
    site = adviser.operator.sites.get()
    return BookingFactory(adviser=adviser, site=site, start=at(MONDAY, hour), **changes)


def said(answer):
    return " ".join(str(message) for message in answer.context["messages"])


def test_those_of_the_two_hours_that_come_are_told_and_nobody_else(desk, adviser):
    meeting(adviser, "09:00")
    coming = [meeting(adviser, hour) for hour in ("10:00", "11:00")]
    meeting(adviser, "14:00")
    meeting(adviser, "11:15", status=BookingStatus.CANCELLED_BY_PERSON)
    BookingFactory(site=coming[0].site, start=at(MONDAY, "10:30"))

    answer = desk.post(LATE, follow=True)

    assert "2 personne(s) prévenue(s)" in said(answer)
    assert {message.holder for message in Notification.objects.all()} == {one.holder for one in coming}
    deliver_waiting()
    bodies = {message.to[0]: message.body.lower() for message in mail.outbox}
    assert len(mail.outbox) == 2
    for one, hour in zip(coming, ("10", "11"), strict=True):
        assert "dix minutes de retard" in bodies[one.holder.email]
        assert f"lundi 23 novembre 2026 à {hour}\xa0h" in bodies[one.holder.email]


def test_second_press_tells_nobody_twice(desk, adviser):
    meeting(adviser, "10:00")
    desk.post(LATE)

    answer = desk.post(LATE, follow=True)

    assert "1 personne(s) déjà prévenue(s)" in said(answer)
    assert Notification.objects.count() == 1


def test_who_has_no_address_is_to_be_called(desk, adviser):
    meeting(adviser, "10:00", holder=HolderFactory(user=None, email="", phone=""))

    assert "1 personne(s) à appeler" in said(desk.post(LATE, follow=True))


def test_nobody_expected_is_said(desk):
    assert "Vous n’attendez personne" in said(desk.post(LATE, follow=True))


def test_text_message_names_neither_the_person_nor_the_matter(desk, adviser, settings):
    settings.TEXT_MESSAGE_SENDER = "accounts.services.text_messages.put_in_folder"
    meeting(adviser, "10:00", holder=HolderFactory(phone="06 12 34 56 78"))

    desk.post(LATE)

    assert set(Notification.objects.values_list("kind", flat=True)) == {"cep.late", "cep.text_late"}


def test_message_that_comes_too_late_is_not_sent(desk, adviser, travel_to):
    meeting(adviser, "10:00")
    desk.post(LATE)
    travel_to("2026-11-23 10:11")

    deliver_waiting()

    assert mail.outbox == []


def test_button_names_nobody_and_is_the_advisers_own(desk, adviser, client):
    meeting(adviser, "10:00")
    page = desk.get(AGENDA).content.decode()
    manager = UserFactory(cep_manager=True, scope_code=adviser.operator.code)

    assert 'accesskey="r"' in page
    client.force_login(manager)
    assert "10 minutes de retard" not in client.get(AGENDA).content.decode()
    assert client.post(LATE).status_code == 403
    assert not Notification.objects.exists()


def test_address_alone_changes_nothing(desk, adviser):
    meeting(adviser, "10:00")

    assert desk.get(LATE).status_code == 405
    assert not Notification.objects.exists()
