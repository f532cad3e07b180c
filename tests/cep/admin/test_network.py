"""Operators, sites and advisers typed by an administrator: what depends on them is laid down anew."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cep.enums import ImpactCause
from cep.models import Impact, Window
from cep.services.booking import book_appointment
from cep.services.plans import record_opening
from tests.support.factories.accounts import UserFactory
from tests.support.factories.cep import MONDAY, NOW, AdviserFactory, SiteFactory, demand, pattern

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_on_friday")]


def test_last_day_typed_on_an_adviser_shows_who_was_expected_after_it(
    client, django_capture_on_commit_callbacks
):
    site = SiteFactory()
    adviser = AdviserFactory(operator=site.operator)
    record_opening(opening=pattern(adviser, site), actor=None, now=NOW)
    booked = book_appointment(**demand(Window.objects.earliest("span")))
    client.force_login(UserFactory(administrator=True))
    typed = {
        "user": adviser.user.pk,
        "operator": adviser.operator.pk,
        "starts_on": "2020-01-01",
        "ends_on": (MONDAY - timedelta(days=1)).isoformat(),
    }

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("admin:cep_adviser_change", args=[adviser.pk]), typed)

    assert answer.status_code == 302
    impact = Impact.objects.get(closed_at=None)
    assert (impact.booking, impact.cause) == (booked, ImpactCause.DEPARTURE)
    assert not Window.objects.exists()
    assert "0 plage(s) ouverte(s), " in client.get(answer.url).content.decode()
