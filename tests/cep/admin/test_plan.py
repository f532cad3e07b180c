"""The pages where openings, absences and departures are typed: seen before saved, each within its scope."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cep.enums import BookingStatus
from cep.models import Absence, Booking, Impact, Pattern, Window
from cep.services.booking import book_appointment
from cep.services.plans import record_opening
from tests.support.factories.accounts import UserFactory
from tests.support.factories.cep import MONDAY, NOW, AdviserFactory, SiteFactory, demand, pattern

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_on_friday")]


@pytest.fixture
def adviser():
    return AdviserFactory(operator=SiteFactory().operator)


@pytest.fixture
def own(client, adviser):
    client.force_login(adviser.user)
    return client


def opening_form(adviser, **changes):
    site = adviser.operator.sites.first()
    return {
        "adviser": adviser.pk, "site": site.pk, "mode": "on_site", "weekdays": ["0"], "every_weeks": "1",
        "week_of_month": "", "local_start": "09:00", "local_end": "12:00", "starts_on": "2026-11-23",
        "ends_on": "2026-12-14", "place": "", "seen": "",
    } | changes  # fmt: skip


def test_pattern_shows_its_next_dates_before_it_is_recorded(own, adviser):
    address = reverse("admin:cep_pattern_add")

    first = own.post(address, opening_form(adviser))

    assert "Prochaines dates : lundi 23 novembre 2026, lundi 30 novembre 2026" in first.content.decode()
    assert not Pattern.objects.exists()
    seen = first.context["adminform"].form.data["seen"]
    second = own.post(address, opening_form(adviser, seen=seen))
    assert second.status_code == 302
    assert Window.objects.filter(adviser=adviser).count() == 4
    assert Pattern.objects.get().recorded_by == adviser.user


def test_adviser_cannot_open_for_a_colleague(own, adviser):
    colleague = AdviserFactory(operator=adviser.operator)

    answer = own.post(reverse("admin:cep_pattern_add"), opening_form(colleague))

    assert "adviser" in answer.context["adminform"].form.errors
    assert not Pattern.objects.exists()


def test_absence_over_an_appointment_is_said_and_a_replacement_is_kept(
    own, adviser, django_capture_on_commit_callbacks
):
    site = adviser.operator.sites.first()
    for each in (adviser, AdviserFactory(operator=adviser.operator)):
        record_opening(opening=pattern(each, site), actor=None, now=NOW)
    window = Window.objects.filter(adviser=adviser).earliest("span")
    booked = book_appointment(**demand(window))

    with django_capture_on_commit_callbacks(execute=True):
        own.post(
            reverse("admin:cep_absence_add"),
            {
                "adviser": adviser.pk,
                "kind": "leave",
                "first_day": MONDAY,
                "last_day": MONDAY + timedelta(days=1),
            },
        )

    assert Absence.objects.get().recorded_by == adviser.user
    assert Impact.objects.get().end == "replaced"
    assert Booking.objects.get(moved_from=booked).status == BookingStatus.PROPOSED


def test_departure_is_typed_by_the_manager_only(client, adviser):
    manager = UserFactory(cep_manager=True, scope_code=adviser.operator.code)
    address, data = reverse("admin:cep_departure_add"), {"adviser": adviser.pk, "last_day": "2026-11-27"}
    client.force_login(adviser.user)
    assert client.post(address, data).status_code == 403
    client.force_login(manager)

    assert client.post(address, data).status_code == 302

    adviser.refresh_from_db()
    assert f"{adviser.ends_on:%Y-%m-%d}" == "2026-11-27"


def test_conflicting_opening_is_refused_in_words(own, adviser):
    site = adviser.operator.sites.first()
    record_opening(opening=pattern(adviser, site), actor=None, now=NOW)
    data = opening_form(adviser, mode="phone")
    seen = own.post(reverse("admin:cep_pattern_add"), data).context["adminform"].form.data["seen"]

    answer = own.post(reverse("admin:cep_pattern_add"), data | {"seen": seen}, follow=True)

    assert "déjà ouvert ailleurs" in answer.content.decode()
    assert Pattern.objects.count() == 1
