"""A certificate that ends is told 60, 30 and 7 days before, once each, unless another one takes over."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import Notification
from accounts.services.notifications import deliver_waiting
from agora_sync.models import Partner, PartnerApplication, PartnerCertificate
from agora_sync.services.certificate_warnings import warn_of_ending_certificates
from tests.support.factories.accounts import StaffScopeFactory, UserFactory

pytestmark = pytest.mark.django_db
END = datetime(2026, 9, 30, 12, tzinfo=timezone.get_default_timezone())
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def no_own_files(settings: Any) -> None:
    settings.AGORA_TLS_CERTIFICATE = ""


@pytest.fixture(autouse=True)
def readers() -> None:
    """One person of CDC who is RSSI as well, and an agent who is not concerned."""
    user = UserFactory(email="cdc@exemple.test")
    for role in (StaffRole.CDC, StaffRole.RSSI):
        StaffScopeFactory(user=user, role=role)
    StaffScopeFactory(user=UserFactory(), role=StaffRole.REGIONAL_AGENT, scope_code="94")


@pytest.fixture
def ending() -> PartnerCertificate:
    return certificate("ending")


def certificate(fingerprint: str, **changes: Any) -> PartnerCertificate:
    partner, _ = Partner.objects.get_or_create(
        code="region",
        defaults={"name": "Région", "siret": "16090001500019", "issuer": "urn:r", "environment": "recette"},
    )
    application, _ = PartnerApplication.objects.get_or_create(partner=partner, code="eos", name="EOS")
    given = {
        "partner": partner,
        "application": application,
        "kind": "vi",
        "fingerprint": fingerprint,
        "valid_from": END - 365 * DAY,
        "valid_to": END,
        **changes,
    }
    return PartnerCertificate.objects.create(**given)


def warned_on(*days_before: int) -> int:
    """How many messages wait after the task ran on each of these days."""
    for days in days_before:
        warn_of_ending_certificates(now=END - days * DAY)
    return Notification.objects.count()


@pytest.mark.parametrize(
    ("days_before", "expected"),
    [
        ((61,), 0),
        ((60,), 1),
        ((60, 60, 59, 31), 1),
        ((60, 30), 2),
        ((60, 30, 7, 6, 0), 3),
        ((45, 5), 2),
        ((-1,), 0),
    ],
    ids=["early", "60", "once", "60 and 30", "all three", "days without a run", "over"],
)
def test_each_warning_leaves_once_to_each_reader(
    ending: PartnerCertificate, days_before: tuple[int, ...], expected: int
) -> None:
    assert warned_on(*days_before) == expected


@pytest.mark.parametrize(
    ("successor", "expected"),
    [
        ({}, 0),
        ({"valid_from": END}, 0),
        ({"valid_from": END + timedelta(seconds=1)}, 1),
        ({"valid_to": END}, 2),
        ({"kind": "tls"}, 1),
        ({"revoked_at": END - 90 * DAY}, 1),
    ],
    ids=["overlaps", "touches", "leaves a gap", "ends with it", "of another use", "revoked"],
)
def test_certificate_that_another_takes_over_from_is_not_told(
    ending: PartnerCertificate, successor: dict[str, Any], expected: int
) -> None:
    certificate("next", **{"valid_from": END - 70 * DAY, "valid_to": END + 365 * DAY, **successor})

    assert warned_on(60) == expected


def test_successor_of_another_application_does_not_take_over(ending: PartnerCertificate) -> None:
    other = PartnerApplication.objects.create(partner=ending.partner, code="b", name="B")
    certificate("next", application=other, valid_from=END - 70 * DAY, valid_to=END + 365 * DAY)

    assert warned_on(60) == 1


def test_revoked_certificate_is_not_told(ending: PartnerCertificate) -> None:
    PartnerCertificate.objects.update(revoked_at=END - 90 * DAY)

    assert warned_on(60) == 0


def test_message_says_whose_certificate_ends_and_when(ending: PartnerCertificate) -> None:
    warned_on(30)

    deliver_waiting()

    [message] = mail.outbox
    assert message.to == ["cdc@exemple.test"]
    assert "Région, Signature du vecteur, EOS" in message.body
    assert "30 septembre 2026" in message.body
    assert "Aucun autre n’est prêt" in str(message.alternatives[0][0])


def test_file_that_cannot_be_read_stops_no_warning(settings: Any, ending: PartnerCertificate) -> None:
    settings.AGORA_ROLE = "provider"
    settings.AGORA_TLS_CERTIFICATE = "/nowhere/listener.pem"

    assert warned_on(60) == 1


@pytest.mark.parametrize(
    ("role", "uses"),
    [("portal", {"Canal vers AGORA", "Signature de nos vecteurs"}), ("provider", {"Écoute d’AGORA"})],
    ids=["portal", "provider"],
)
def test_own_certificates_are_told_too(settings: Any, pki: Any, role: str, uses: set[str]) -> None:
    settings.AGORA_ROLE = role
    settings.AGORA_TLS_CERTIFICATE = str(pki / "portal-tls.pem")

    warn_of_ending_certificates(now=timezone.now() + 780 * DAY)

    assert {row.context["use"] for row in Notification.objects.all()} == uses
