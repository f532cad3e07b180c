"""The back office of habilitations: CDC keeps, the RSSI reads, nobody deletes, the others do not come in."""

import pytest
from django.test import Client

from accounts.enums import StaffRole
from agora_sync.models import Partner
from tests.support.factories.accounts import StaffScopeFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGES = ["partner", "pagm", "pagmassignment", "servicestop"]


def signed_in(role: StaffRole, scope_code: str = "") -> Client:
    client = Client()
    client.force_login(
        StaffScopeFactory(user=UserFactory(is_staff=True), role=role, scope_code=scope_code).user
    )
    return client


@pytest.mark.parametrize("role", [StaffRole.CDC, StaffRole.RSSI])
@pytest.mark.parametrize("page", PAGES)
def test_keepers_and_readers_see_the_lists(partners: dict[str, Partner], role: StaffRole, page: str) -> None:
    assert signed_in(role).get(f"/admin/agora_sync/{page}/").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_regional_agent_does_not_come_in(partners: dict[str, Partner], page: str) -> None:
    assert signed_in(StaffRole.REGIONAL_AGENT, "94").get(f"/admin/agora_sync/{page}/").status_code == 403


def test_reader_changes_nothing_and_nobody_deletes(partners: dict[str, Partner]) -> None:
    partner = partners["partner"]
    address = f"/admin/agora_sync/partner/{partner.pk}"

    assert signed_in(StaffRole.RSSI).post(f"{address}/change/", {"name": "x"}).status_code == 403
    assert signed_in(StaffRole.CDC).post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert Partner.objects.filter(pk=partner.pk, name=partner.name).exists()


@pytest.mark.parametrize("model", ["trace", "replayedvector", "receivedrequest"])
def test_messages_have_no_page_in_the_back_office(model: str) -> None:
    assert signed_in(StaffRole.RSSI).get(f"/admin/agora_sync/{model}/").status_code == 404
