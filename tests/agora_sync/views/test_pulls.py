import pytest
from django.test import Client

from agora_sync.models import HolderPull
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/mes-dossiers/actualiser/"


def test_holder_asks_and_is_told_what_happens_next(client: Client) -> None:
    holder = HolderFactory()
    client.force_login(holder.user)

    page = client.post(ADDRESS, follow=True)

    assert page.redirect_chain == [("/mes-dossiers/", 302)]
    assert "Nous demandons à AGORA" in page.content.decode()
    assert HolderPull.objects.get().holder == holder


def test_reading_the_address_asks_for_nothing(client: Client) -> None:
    client.force_login(HolderFactory().user)

    assert client.get(ADDRESS).status_code == 405
    assert not HolderPull.objects.exists()


def test_somebody_without_an_account_is_refused(client: Client) -> None:
    client.force_login(UserFactory())

    assert client.post(ADDRESS).status_code == 403


def test_request_forged_by_another_site_is_refused() -> None:
    holder = HolderFactory()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(holder.user)

    assert strict.post(ADDRESS).status_code == 403
    assert not HolderPull.objects.exists()


def test_list_of_files_offers_to_look_elsewhere(client: Client) -> None:
    client.force_login(HolderFactory().user)

    assert f'action="{ADDRESS}"' in client.get("/mes-dossiers/").content.decode()
