"""The request to close a site, as its manager types it and as France compétences decides."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cep.enums import ClosingDecision
from cep.models import ClosingRequest, SiteClosure
from tests.support.factories.accounts import UserFactory
from tests.support.factories.cep import MONDAY, OperatorFactory, SiteFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon_on_friday")]

ADD, LIST = reverse("admin:cep_closingrequest_add"), reverse("admin:cep_closingrequest_changelist")


def signed_in(**role) -> Client:
    client = Client()
    client.force_login(UserFactory(**role))
    return client


@pytest.fixture
def site():
    return SiteFactory(name="Espace Corte")


@pytest.fixture
def manager(site):
    return signed_in(cep_manager=True, scope_code=site.operator.code)


@pytest.fixture
def authority():
    return signed_in(france_competences=True)


def typed(site, **changes) -> dict[str, str]:
    return {
        "site": str(site.pk),
        "first_day": MONDAY.isoformat(),
        "reopens_on": (MONDAY + timedelta(days=30)).isoformat(),
        "reason": "Fin du bail",
        "commitment": "Local trouvé",
        "evidence": "Courrier",
    } | changes


@pytest.fixture
def request_page(manager, site):
    manager.post(ADD, typed(site))
    return reverse("admin:cep_closingrequest_change", args=[ClosingRequest.objects.get().pk])


def test_manager_asks_and_reads_the_figures_but_does_not_decide(manager, request_page):
    page = manager.get(request_page).content.decode()
    answer = manager.post(request_page, {"decision": "accepted", "decision_reason": "Oui"})

    assert "aucune heure offerte" in page
    assert "aucun chez cet opérateur" in page
    assert answer.status_code == 403
    assert ClosingRequest.objects.get().is_pending


def test_manager_does_not_ask_for_the_site_of_another_operator(manager):
    theirs = SiteFactory(operator=OperatorFactory(code="elsewhere"))

    manager.post(ADD, typed(theirs))

    assert not ClosingRequest.objects.exists()


def test_refusal_of_the_service_is_said_on_the_page(manager, site):
    answer = manager.post(ADD, typed(site, first_day="2026-11-20"), follow=True)

    assert "avant le premier jour où le lieu ne reçoit plus" in answer.content.decode()
    assert not ClosingRequest.objects.exists()


def test_authority_decides_once_and_the_site_closes(authority, request_page):
    authority.post(request_page, {"decision": "accepted", "decision_reason": "Bail vu"})
    again = authority.post(request_page, {"decision": "refused", "decision_reason": "Non"})

    assert again.status_code == 403
    assert ClosingRequest.objects.get().decision == ClosingDecision.ACCEPTED
    assert SiteClosure.objects.get().first_day == MONDAY
    assert "Acceptée le 20/11/2026" in authority.get(LIST).content.decode()


def test_decision_without_its_reason_says_what_is_missing(authority, request_page):
    page = authority.post(request_page, {"decision": "", "decision_reason": ""}).content.decode()

    assert "Choisissez : acceptée ou refusée." in page
    assert "Dites pourquoi" in page
    assert ClosingRequest.objects.get().is_pending


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_whatever_it_shows(authority, manager, site, django_assert_num_queries, rows):
    for rank in range(rows):
        other = SiteFactory(operator=site.operator, name=f"Lieu {rank}")
        manager.post(ADD, typed(other))
    authority.get(LIST)

    with django_assert_num_queries(5):
        page = authority.get(LIST)

    assert len(page.context_data["cl"].result_list) == rows
