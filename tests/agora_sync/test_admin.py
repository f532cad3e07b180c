"""The back office of habilitations: CDC keeps, the RSSI reads, nobody deletes, the others do not come in."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enums import StaffRole
from agora_sync.contract.notices import NoNotice, earliest_withdrawal
from agora_sync.models import PAGM, MappingApproval, PAGMAssignment, PAGMRight, Partner
from tests.support.factories.accounts import StaffScopeFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGES = ["partner", "pagm", "pagmassignment", "pagmright", "contractopening", "servicestop"]


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


# Approvals ----------------------------------------------------------------------------------------
RIGHTS = "/admin/agora_sync/pagmright/"


def approval(client: Client, *rights: PAGMRight, **answers: str) -> str:
    """The page after the rows were ticked and, with answers, after the form was sent."""
    sent = {"action": "approve", "_selected_action": [str(right.pk) for right in rights], **answers}
    return client.post(RIGHTS, sent, follow=True).content.decode()


@pytest.fixture
def right(partners: dict[str, Partner]) -> PAGMRight:
    pagm = PAGM.objects.create(partner=partners["partner"], code="NOUVEAU", label="Nouveau")
    return PAGMRight.objects.create(pagm=pagm, operation="CreerDossier")


def test_cdc_reads_what_it_approves_then_writes_both_sides(right: PAGMRight) -> None:
    client = signed_in(StaffRole.CDC)
    partner = {
        "side": "partner",
        "approver": "Paul Ferrand",
        "quality": "DSI",
        "reference": "Lettre du 3 mars",
    }

    shown = approval(client, right)
    own = approval(client, right, side="agora", quality="Responsable")
    theirs = approval(client, right, **partner)

    assert "le profil NOUVEAU ouvre « Créer un dossier »" in shown
    assert "1 approbation inscrite." in own
    assert "Paul Ferrand" in theirs
    said = {said.side: said for said in right.approvals.all()}
    assert said["agora"].recorded_by == said["partner"].recorded_by
    assert said["agora"].approver == said["agora"].recorded_by.get_full_name()  # type: ignore[union-attr]
    assert said["partner"].reference == "Lettre du 3 mars"


def test_refused_approval_says_why_and_writes_nothing(right: PAGMRight) -> None:
    page = approval(signed_in(StaffRole.CDC), right, side="partner", approver="Paul Ferrand", quality="DSI")

    assert "Donnez la référence de l’écrit du partenaire." in page
    assert not right.approvals.exists()


def test_reader_approves_nothing(right: PAGMRight) -> None:
    approval(signed_in(StaffRole.RSSI), right, side="agora", quality="Responsable")

    assert not MappingApproval.objects.filter(right=right).exists()


def test_profile_of_another_partner_is_not_assigned(partners: dict[str, Partner]) -> None:
    given = {
        "application": partners["partner"].applications.get().pk,
        "pagm": PAGM.objects.get(partner=partners["other-partner"]).pk,
        "starts_at_0": "01/06/2026",
        "starts_at_1": "00:00",
    }

    page = signed_in(StaffRole.CDC).post("/admin/agora_sync/pagmassignment/add/", given)

    assert "Ce profil est celui d’un autre partenaire." in page.content.decode()


def test_end_of_a_mapping_is_not_put_off_in_the_back_office(partners: dict[str, Partner]) -> None:
    held = PAGMAssignment.objects.filter(pagm__partner=partners["partner"])
    held.update(ends_at=timezone.now() + timedelta(days=1))
    later = timezone.localdate() + timedelta(days=3)
    address = f"/admin/agora_sync/pagmassignment/{held[0].pk}/change/"

    page = signed_in(StaffRole.CDC).post(address, {"ends_at_0": f"{later:%d/%m/%Y}", "ends_at_1": "00:00"})

    assert "La fin ne peut qu’être avancée" in page.content.decode()


# Versions of the contract -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("is_significant", "ends_on", "wanted"),
    [
        (True, date(2026, 9, 14), "Le préavis n’est pas tenu"),
        (True, date(2026, 9, 15), ""),
        (False, date(2026, 6, 14), "Le préavis n’est pas tenu"),
        (False, date(2026, 6, 15), ""),
    ],
    ids=["six months less a day", "six months", "three months less a day", "three months"],
)
def test_withdrawal_of_a_version_keeps_its_notice(
    partners: dict[str, Partner], is_significant: bool, ends_on: date, wanted: str
) -> None:
    opening = partners["partner"].contract_openings.get(version="v1")
    address = f"/admin/agora_sync/contractopening/{opening.pk}/change/"
    given = {
        "withdrawal_announced_at_0": "15/03/2026",
        "withdrawal_announced_at_1": "10:00",
        "ends_at_0": f"{ends_on:%d/%m/%Y}",
        "ends_at_1": "10:00",
        **({"is_significant": "on"} if is_significant else {}),
    }

    answer = signed_in(StaffRole.CDC).post(address, given)

    opening.refresh_from_db()
    assert (opening.ends_at is not None) is (wanted == "")
    assert wanted in answer.content.decode()


def test_notice_is_that_in_force_when_it_was_announced() -> None:
    assert earliest_withdrawal(date(2026, 8, 31), is_significant=True) == date(2027, 2, 28)
    with pytest.raises(NoNotice):
        earliest_withdrawal(date(2019, 12, 31), is_significant=True)
