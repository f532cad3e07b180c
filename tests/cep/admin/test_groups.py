"""Workshops in the back office: announced in one's own team, called off with a word to those who had a seat."""

import pytest
from django.urls import reverse

from accounts.models import AccessLogEntry, Notification
from cep.models import Absence, GroupSession, Impact
from cep.services.booking import book_appointment
from cep.services.groups import take_seat
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import (
    NOW,
    AdviserFactory,
    GroupSessionFactory,
    SiteFactory,
    WindowFactory,
    demand,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_on_friday")]
ADD = "/admin/cep/groupsession/add/"
LIST = "/admin/cep/groupsession/"


@pytest.fixture
def adviser():
    return AdviserFactory(operator=SiteFactory().operator)


@pytest.fixture
def own(client, adviser):
    client.force_login(adviser.user)
    return client


def session_form(adviser):
    return {
        "adviser": adviser.pk, "site": adviser.operator.sites.get().pk, "title": "Préparer un entretien",
        "capacity": "8", "day": "2026-11-23", "local_start": "09:00", "local_end": "11:00",
    }  # fmt: skip


def test_workshop_is_announced_and_the_adviser_receives_nobody_else_then(own, adviser):
    window = WindowFactory(adviser=adviser, site=adviser.operator.sites.get())
    book_appointment(**demand(window))

    answer = own.post(ADD, session_form(adviser))

    session = GroupSession.objects.get()
    assert answer.status_code == 302
    assert (session.capacity, session.when.replace("\xa0", " ")) == (8, "lundi 23 novembre 2026 à 9 h")
    assert Absence.objects.get() == session.absence
    assert Impact.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"local_end": "08:00"}, "local_end"),
        ({"day": "2026-11-20"}, "day"),
        ({"capacity": "0"}, "capacity"),
        ({"title": ""}, "title"),
    ],
    ids=["ends before it begins", "today", "no seat", "no title"],
)
def test_workshop_that_cannot_be_is_refused_at_its_field(own, adviser, changes, field):
    answer = own.post(ADD, session_form(adviser) | changes)

    assert field in answer.context["adminform"].form.errors
    assert not GroupSession.objects.exists()
    assert not Absence.objects.exists()


def test_adviser_announces_nothing_for_a_colleague(own, adviser):
    colleague = AdviserFactory(operator=adviser.operator)

    answer = own.post(ADD, session_form(adviser) | {"adviser": colleague.pk})

    assert "adviser" in answer.context["adminform"].form.errors


def test_workshop_shows_who_comes_and_writes_who_looked(own, adviser):
    session = GroupSessionFactory(adviser=adviser, site=adviser.operator.sites.get())
    person = HolderFactory()
    take_seat(session=session, holder=person, now=NOW)

    page = own.get(reverse("admin:cep_groupsession_change", args=[session.pk])).content.decode()

    assert person.display_name in page
    assert AccessLogEntry.objects.filter(holder=person).count() == 1


def test_workshop_called_off_tells_everyone_and_frees_the_adviser(own, adviser):
    own.post(ADD, session_form(adviser))
    session = GroupSession.objects.get()
    take_seat(session=session, holder=HolderFactory(), now=NOW)

    answer = own.post(LIST, {"action": "call_off", "_selected_action": [session.pk]}, follow=True)

    session.refresh_from_db()
    assert session.called_off_at is not None
    assert "annulé, 1 personne(s) prévenue(s)" in answer.content.decode()
    assert Notification.objects.filter(kind="cep.session_called_off").count() == 1
    assert not Absence.objects.get().is_in_force
