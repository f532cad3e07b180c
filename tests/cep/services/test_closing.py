"""Closing a site: asked with its figures, and nothing moves until somebody has decided."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cep.enums import BookingStatus, ClosingDecision, ImpactCause
from cep.exceptions import ActionRefused, CEPRefusal, PlanRefused
from cep.models import ClosingRequest, Impact, SiteClosure, Window
from cep.services.booking import book_appointment
from cep.services.closing import close_briefly, decide_closing, request_closing
from cep.services.plans import lift, record_opening
from tests.cep.services.crowds import answers_of, kept, refusals
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    AdviserFactory,
    BookingFactory,
    SiteFactory,
    WindowFactory,
    at,
    demand,
    pattern,
    span,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
WORDS = {
    "reason": "Fin du bail",
    "commitment": "Local trouvé rue Basse",
    "evidence": "Courrier du 2 novembre",
}


@pytest.fixture
def site():
    return SiteFactory()


def asked(site, **changes) -> ClosingRequest:
    days = {"first_day": MONDAY, "reopens_on": MONDAY + 30 * DAY}
    return request_closing(site=site, **WORDS | days | {"actor": None, "now": NOW} | changes)


def decided(request, decision=ClosingDecision.ACCEPTED, **changes):
    wanted = {"decision": decision, "reason": "Vu les éléments", "actor": None, "now": NOW}
    return decide_closing(request=request, **wanted | changes)


def met_on_monday(site):
    adviser = AdviserFactory(operator=site.operator)
    record_opening(opening=pattern(adviser, site), actor=None, now=NOW)
    return book_appointment(**demand(Window.objects.filter(site=site).earliest("span")))


def test_request_bears_the_occupancy_and_the_distance_of_its_day(site):
    other = SiteFactory(operator=site.operator, bastia=True)
    SiteFactory(latitude=site.latitude, longitude=site.longitude, operator__code="elsewhere")
    adviser = AdviserFactory(operator=site.operator)
    for weeks in (1, 2, 13):
        day = MONDAY - weeks * 7 * DAY
        WindowFactory(site=site, adviser=adviser, span=span("09:00", "12:00", day=day))
        BookingFactory(site=site, adviser=adviser, start=at(day, "09:00"), status=BookingStatus.DONE)
    BookingFactory(
        site=site,
        adviser=adviser,
        start=at(MONDAY - 7 * DAY, "10:00"),
        status=BookingStatus.CANCELLED_BY_PERSON,
    )

    request = asked(site)

    assert (request.offered_minutes, request.used_minutes) == (360, 120)
    assert request.nearest_site == other
    assert 100 < request.nearest_km < 110


def test_request_moves_nobody_and_closes_nothing(site):
    booked = met_on_monday(site)
    before = list(Window.objects.values_list("pk", flat=True))

    asked(site)

    booked.refresh_from_db()
    assert booked.is_confirmed
    assert list(Window.objects.values_list("pk", flat=True)) == before
    assert not Impact.objects.exists()
    assert not SiteClosure.objects.exists()


def test_accepted_request_closes_the_site_and_shows_who_was_expected(site):
    booked = met_on_monday(site)
    authority = UserFactory(france_competences=True)

    report = decided(asked(site), actor=authority)

    request = ClosingRequest.objects.get()
    assert (request.decision, request.decided_by) == (ClosingDecision.ACCEPTED, authority)
    assert (request.closure.first_day, request.closure.last_day) == (MONDAY, MONDAY + 29 * DAY)
    assert [(impact.booking_id, impact.cause) for impact in report.impacts] == [
        (booked.pk, ImpactCause.SITE_CLOSED)
    ]
    assert Window.objects.earliest("span").span.lower == at(MONDAY + 35 * DAY, "09:00")


def test_refused_request_leaves_windows_and_appointments_as_they_are(site):
    booked = met_on_monday(site)
    before = set(Window.objects.values_list("pk", "span"))

    report = decided(asked(site), ClosingDecision.REFUSED)

    booked.refresh_from_db()
    assert report.impacts == []
    assert booked.is_confirmed
    assert set(Window.objects.values_list("pk", "span")) == before
    # Asked again with better reasons: a decision is no obstacle.
    assert asked(site).is_pending


def test_closing_that_is_lifted_brings_the_windows_back_identically(site):
    met_on_monday(site)
    before = set(Window.objects.values_list("span", flat=True))
    decided(asked(site))

    lift(entry=SiteClosure.objects.get(), now=NOW)

    assert set(Window.objects.values_list("span", flat=True)) == before
    assert not Impact.objects.filter(closed_at=None).exists()


def test_decision_that_comes_late_closes_from_the_next_day(site):
    decided(asked(site), now=at(MONDAY + 3 * DAY, "23:30"))

    assert SiteClosure.objects.get().first_day == MONDAY + 4 * DAY


def test_decision_after_the_day_of_reopening_can_only_refuse(site):
    request, late = asked(site), at(MONDAY + 30 * DAY, "08:00")

    with pytest.raises(ActionRefused, match="plus d’objet"):
        decided(request, now=late)

    assert not SiteClosure.objects.exists()
    decided(request, ClosingDecision.REFUSED, now=late)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first_day": NOW.date()}, "avant le premier jour"),
        ({"reopens_on": MONDAY}, "réouverture vient après"),
    ],
    ids=["today", "reopens the same day"],
)
def test_request_with_days_out_of_order_is_refused(site, changes, said):
    with pytest.raises(PlanRefused, match=said):
        asked(site, **changes)

    assert not ClosingRequest.objects.exists()


def test_today_of_a_request_is_that_of_the_site():
    """23:30 in Paris on Sunday: already Monday in La Réunion, still Sunday in Guadeloupe."""
    now = at(MONDAY - DAY, "23:30")

    with pytest.raises(PlanRefused, match="avant le premier jour"):
        asked(SiteFactory(reunion=True), now=now)
    assert asked(SiteFactory(guadeloupe=True), now=now).is_pending


@pytest.mark.parametrize(
    ("decision", "reason"), [(ClosingDecision.PENDING, "Vu"), (ClosingDecision.ACCEPTED, "  ")]
)
def test_decision_says_what_and_why(site, decision, reason):
    request = asked(site)

    with pytest.raises(ActionRefused, match="pourquoi"):
        decided(request, decision, reason=reason)

    request.refresh_from_db()
    assert request.is_pending


def test_decision_is_taken_once(site):
    request = asked(site)
    decided(request, ClosingDecision.REFUSED)

    with pytest.raises(ActionRefused, match="déjà décidée"):
        decided(request)

    assert not SiteClosure.objects.exists()


def test_database_refuses_an_effect_without_a_decision(site):
    request = asked(site)
    closure = SiteClosure.objects.create(site=site, first_day=MONDAY, last_day=MONDAY, reason="Bail")

    for changes in (
        {"closure": closure},
        {"decision": "accepted", "decided_at": NOW, "decision_reason": "Oui"},
    ):
        with pytest.raises(IntegrityError, match="cep_closing_effect"), transaction.atomic():
            ClosingRequest.objects.filter(pk=request.pk).update(**changes)


@pytest.mark.parametrize(("days", "refused"), [(7, False), (8, True)])
def test_closure_at_once_lasts_a_week_at_most(site, days, refused):
    closure = SiteClosure(
        site=site, first_day=MONDAY, last_day=MONDAY + (days - 1) * DAY, reason="Dégât des eaux"
    )

    try:
        close_briefly(closure=closure, actor=None, now=NOW)
        answer = ""
    except CEPRefusal as refusal:
        answer = refusal.message

    assert ("se demande" in answer) == refused
    assert SiteClosure.objects.exists() != refused


@pytest.mark.django_db(transaction=True)
def test_two_managers_asking_together_make_one_request_and_two_deciders_one_decision():
    site = SiteFactory()

    requests = answers_of([lambda: asked(site)] * 4)
    decisions = answers_of(
        lambda decision=decision: decided(kept(requests)[0], decision)
        for decision in (ClosingDecision.ACCEPTED, ClosingDecision.REFUSED) * 2
    )

    assert len(kept(requests)) == len(kept(decisions)) == ClosingRequest.objects.count() == 1
    assert refusals(requests) == {"plan_refused"}
    assert refusals(decisions) == {"action_refused"}
    accepted = ClosingRequest.objects.filter(decision=ClosingDecision.ACCEPTED).count()
    assert SiteClosure.objects.count() == accepted


def test_opening_a_site_again_by_a_day_of_its_own_asks_nobody(site):
    decided(asked(site))
    adviser = AdviserFactory(operator=site.operator)

    WindowFactory(site=site, adviser=adviser)

    assert book_appointment(
        **demand(Window.objects.get(adviser=adviser), holder=HolderFactory())
    ).is_confirmed
