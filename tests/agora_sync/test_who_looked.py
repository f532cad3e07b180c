"""A person reads on « Mes données » who looked: an adviser, a regional agent, a partner, each by its real door."""

import pytest

from agora_sync.enums import Direction, ExchangeState
from agora_sync.models import Exchange
from agora_sync.provider.exchange import handle_call
from tests.support.agora import PARTNER, list_request, read_fault
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import AdviserFactory, BookingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder():
    return HolderFactory(birth_name="Rossi-Fontaine")


@pytest.fixture
def read_page(client, holder):
    """The page as its holder reads it, spaces made plain."""

    def read():
        client.force_login(holder.user)
        return " ".join(client.get("/mes-donnees/").content.decode().split())

    return read


def test_who_looked_nobody_yet(read_page):
    assert "Personne d’autre que vous n’a consulté vos données" in read_page()


def test_who_looked_shows_an_adviser_in_the_back_office(client, settings, holder, read_page):
    settings.STAFF_MFA_REQUIRED = False
    user = UserFactory(cep_adviser=True)
    booking = BookingFactory(holder=holder, adviser=AdviserFactory(user=user))
    client.force_login(user)
    assert client.get(f"/admin/cep/booking/{booking.pk}/change/").status_code == 200

    page = read_page()

    assert "<strong>Conseiller en évolution professionnelle</strong>" in page
    assert "Données consultées : Rendez-vous avec un conseiller." in page


def test_who_looked_shows_a_regional_agent(client, settings, holder, read_page):
    settings.STAFF_MFA_REQUIRED = False
    exchange = Exchange.objects.create(
        direction=Direction.OUTGOING,
        operation="CreerDossier",
        state=ExchangeState.DONE,
        region_code="94",
        holder=holder,
    )
    client.force_login(UserFactory(regional_agent=True))
    assert "Rossi-Fontaine" in client.get(f"/agents/echanges/{exchange.pk}/").content.decode()

    page = read_page()

    assert "<strong>Agent régional</strong>" in page
    assert "Motif : Suivi d’un échange avec AGORA." in page


def test_who_looked_agent_of_another_region_sees_nothing_and_leaves_no_line(
    client, settings, holder, read_page
):
    settings.STAFF_MFA_REQUIRED = False
    exchange = Exchange.objects.create(
        direction=Direction.OUTGOING,
        operation="CreerDossier",
        state=ExchangeState.DONE,
        region_code="53",
        holder=holder,
    )
    client.force_login(UserFactory(regional_agent=True))

    assert client.get(f"/agents/echanges/{exchange.pk}/").status_code == 404
    assert "Personne d’autre que vous" in read_page()


def test_who_looked_shows_a_partner_through_soap(holder, read_page, caller):
    answer = handle_call(caller.call(list_request(holder)))
    assert read_fault(answer.content) is None, answer.content

    page = read_page()

    assert f"<strong>{PARTNER.name}</strong>" in page
