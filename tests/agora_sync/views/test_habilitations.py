"""« Droits des partenaires »: the table at an instant, its sheet, the certificates and the contacts."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.enums import StaffRole
from agora_sync.models import (
    PAGM,
    PAGMRight,
    Partner,
    PartnerCertificate,
    PartnerContact,
    TransmissionDelegation,
)
from tests.support.factories.accounts import StaffScopeFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/rssi/habilitations/"
SHEET = "/rssi/habilitations.csv"


@pytest.fixture
def reader() -> Client:
    client = Client()
    client.force_login(StaffScopeFactory(user=UserFactory(is_staff=True), role=StaffRole.RSSI).user)
    return client


def asked(days: int = 0, partner: str = "") -> dict[str, str]:
    at = timezone.localtime() + timedelta(days=days, seconds=1)
    return {"le": f"{at:%Y-%m-%d}", "a": f"{at:%H:%M:%S}", "partenaire": partner}


def delegation(partners: dict[str, Partner]) -> TransmissionDelegation:
    now = timezone.now()
    return TransmissionDelegation.objects.create(
        delegator=partners["partner"],
        delegate=partners["other-partner"],
        notice="Courrier du 3 mars",
        notified_at=now - timedelta(days=1),
        starts_at=now - timedelta(days=1),
    )


def lines(client: Client, **query: str) -> list[dict[str, str]]:
    content = client.get(SHEET, query).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline=""), delimiter=";"))


def test_table_of_now_shows_who_approved_and_what_is_waiting(
    reader: Client, partners: dict[str, Partner]
) -> None:
    pagm = PAGM.objects.get(partner=partners["partner"], code="AGORA_LECTURE")
    PAGMRight.objects.create(pagm=pagm, operation="CreerDossier")
    delegation(partners)
    PartnerContact.objects.create(
        partner=partners["partner"], role="crisis_production", name="Ada Sorba", phone="04 95 00 00 00"
    )

    page = reader.get(PAGE).content.decode()

    for shown in (
        "Région de démonstration",
        "Paul Ferrand, Démonstration, Convention de démonstration",
        "par délégation (Courrier du 3 mars",
        "AGORA_LECTURE ouvre « Créer un dossier »",
        "Cellule de crise, production",
        "Écoute d’AGORA",
    ):
        assert shown in page


def test_table_of_another_instant_and_partner_is_that_of_then(
    reader: Client, partners: dict[str, Partner]
) -> None:
    before = reader.get(PAGE, asked(days=-500)).content.decode()
    alone = reader.get(PAGE, asked(partner="other-partner")).content.decode()

    assert "Personne ne pouvait rien faire" in before
    assert "AGORA_FINANCEUR" in alone
    assert "AGORA_LECTURE" not in alone


def test_sheet_has_a_line_for_each_channel_and_says_whether_it_was_open(
    reader: Client, partners: dict[str, Partner]
) -> None:
    delegation(partners)
    Partner.objects.filter(code="other-partner").update(cut_off_at=timezone.now())

    written = lines(reader, **asked(partner="partner"))

    assert {(line["canal de"], line["delegation"], line["ouvert"]) for line in written} == {
        ("partner", "", "oui"),
        ("other-partner", "Courrier du 3 mars", "non"),
    }
    [reading] = {line["operations"] for line in written if line["pagm"] == "AGORA_LECTURE"}
    assert "ConsulterSoldes" in reading.split()
    assert all("Claire Vautrin" in line["approuve par agora"] for line in written)


def test_instant_that_cannot_be_read_is_said(reader: Client, partners: dict[str, Partner]) -> None:
    wrong = {"le": "hier", "a": "10:00"}

    assert "Erreur" in reader.get(PAGE, wrong).content.decode()
    assert reader.get(SHEET, wrong).status_code == 400


def test_system_without_partners_says_where_habilitations_are_kept(reader: Client) -> None:
    page = reader.get(PAGE).content.decode()

    assert "Les habilitations sont tenues du côté d’AGORA" in page


def test_certificate_that_ends_soon_is_marked(reader: Client, partners: dict[str, Partner]) -> None:
    PartnerCertificate.objects.filter(partner=partners["partner"], kind="tls").update(
        valid_to=timezone.now() + timedelta(days=20)
    )

    page = reader.get(PAGE, {"partenaire": "partner"}).content.decode()

    assert page.count("À renouveler") == 1


def test_number_of_queries_is_the_same_for_one_partner_and_all(
    reader: Client, partners: dict[str, Partner], django_assert_num_queries: object
) -> None:
    reader.get(PAGE)
    with django_assert_num_queries(17):  # type: ignore[operator]
        reader.get(PAGE, asked(partner="partner"))
    with django_assert_num_queries(17):  # type: ignore[operator]
        reader.get(PAGE, asked())
