"""Step 4: the certificate of the channel, and where it is learned from."""

import datetime as dt
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.exceptions import ValidationError
from django.utils import timezone

from agora_sync.enums import CertificateKind
from agora_sync.models import Exchange, Partner, PartnerCertificate
from agora_sync.pki.authority import Validity, issue_crl
from agora_sync.provider.call import CLIENT_CERTIFICATE
from agora_sync.provider.exchange import handle_call
from agora_sync.provider.peer import PROXY_HEADER, with_client_certificate
from tests.agora_sync.provider.conftest import Refused
from tests.support.agora import (
    OTHER_PARTNER,
    PARTNER,
    Caller,
    Signer,
    create_request,
    issuing_authority,
)
from tests.support.factories.accounts import HolderFactory

CHANNEL = "ag:CanalNonAuthentifie"


def with_certificate(caller: Caller, name: str | None) -> Any:
    der = Signer.named(caller.folder, name).der if name else None
    return caller.call(create_request(HolderFactory()), client_certificate=der)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        None,
        "revoked-partner-tls",
        "expired-partner-tls",
        "self-signed-tls",
        "partner-vi",
        "provider-tls",
    ],
)
def test_certificate_that_opens_no_channel(caller: Caller, refused: Refused, name: str | None) -> None:
    assert refused(with_certificate(caller, name)).name == CHANNEL


@pytest.mark.django_db
def test_bytes_that_are_no_certificate(caller: Caller, refused: Refused) -> None:
    call = caller.call(create_request(HolderFactory()), client_certificate=b"rien")

    assert refused(call).name == CHANNEL


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {"valid_to": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
        {
            "valid_from": dt.datetime(2099, 1, 1, tzinfo=dt.UTC),
            "valid_to": dt.datetime(2100, 1, 1, tzinfo=dt.UTC),
        },
    ],
)
def test_certificate_out_of_its_registered_dates_or_revoked_by_us(
    caller: Caller, refused: Refused, change: dict[str, Any]
) -> None:
    PartnerCertificate.objects.filter(partner__code="partner", kind="tls").update(**change)

    assert refused(with_certificate(caller, "partner-tls")).name == CHANNEL


@pytest.mark.django_db
def test_certificate_that_names_the_application_of_another_speaks_for_nobody_and_closes_nothing(
    caller: Caller, partners: dict[str, Partner]
) -> None:
    others = partners[OTHER_PARTNER.code].applications.get()
    wrong = PartnerCertificate(
        partner=partners[PARTNER.code],
        application=others,
        kind=CertificateKind.VI,
        fingerprint="0" * 64,
        valid_from=timezone.now() - dt.timedelta(days=1),
        valid_to=timezone.now() + dt.timedelta(days=1),
    )
    with pytest.raises(ValidationError, match="autre partenaire"):
        wrong.full_clean()
    wrong.save()

    assert handle_call(caller.call(create_request(HolderFactory()))).status == 200


@pytest.mark.django_db
def test_revocation_list_out_of_date_opens_nothing(
    caller: Caller, refused: Refused, settings: Any, tmp_path: Path
) -> None:
    past = timezone.now() - dt.timedelta(days=30)
    stale = issue_crl(
        [], Validity(past, past + dt.timedelta(days=1)), issuer=issuing_authority(caller.folder)
    )
    (tmp_path / "crl.pem").write_bytes(stale.public_bytes(Encoding.PEM))
    settings.AGORA_CRL = str(tmp_path / "crl.pem")

    assert refused(with_certificate(caller, "partner-tls")).name == CHANNEL


@pytest.mark.django_db
def test_partner_that_was_cut_off_is_told_and_the_others_are_served(
    caller: Caller, other_caller: Caller, refused: Refused
) -> None:
    Partner.objects.filter(code="partner").update(cut_off_at=timezone.now())
    holder = HolderFactory()

    assert refused(caller.call(create_request(holder))).name == "ag:ServiceInterrompu"
    assert handle_call(caller.call(create_request(holder))).status == 503
    assert Exchange.objects.latest("created_at").failed_step == 4
    assert handle_call(other_caller.call(create_request(holder))).status == 200


# Where the certificate comes from -----------------------------------------------------------------
def told_certificate(environ: dict[str, Any]) -> bytes | None:
    """What the application is told for that request."""
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        return []

    with_client_certificate(application)(environ, None)
    certificate: bytes | None = seen[CLIENT_CERTIFICATE]
    return certificate


@pytest.fixture
def pem(pki: Path) -> str:
    return quote((pki / "partner-tls.pem").read_text())


def test_socket_source_believes_no_header_and_no_earlier_value(pem: str) -> None:
    environ = {PROXY_HEADER: pem, CLIENT_CERTIFICATE: b"x", "REMOTE_ADDR": "127.0.0.1"}

    assert told_certificate(environ) is None


def test_proxy_source_believes_the_trusted_proxy(pem: str, pki: Path, settings: Any) -> None:
    settings.AGORA_CLIENT_CERTIFICATE_FROM = "proxy"
    settings.TRUSTED_PROXIES = ["10.0.0.2"]

    told = told_certificate({PROXY_HEADER: pem, "REMOTE_ADDR": "10.0.0.2"})

    assert told == Signer.named(pki, "partner-tls").der


@pytest.mark.parametrize(
    "environ", [{"REMOTE_ADDR": "10.0.0.3"}, {}, {"REMOTE_ADDR": "10.0.0.2", PROXY_HEADER: "rien"}]
)
def test_proxy_source_believes_nobody_else(pem: str, settings: Any, environ: dict[str, str]) -> None:
    settings.AGORA_CLIENT_CERTIFICATE_FROM = "proxy"
    settings.TRUSTED_PROXIES = ["10.0.0.2"]

    assert told_certificate({PROXY_HEADER: pem, CLIENT_CERTIFICATE: b"x", **environ}) is None
