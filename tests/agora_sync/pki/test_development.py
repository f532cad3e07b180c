"""The development authority: the files that checks and partners' engineers rely on."""

import datetime as dt
import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.core.management import call_command

from agora_sync.pki.development import issue_files, load_identity, read_key
from agora_sync.pki.trust import CertificateRefused, TrustStore, fingerprint, trust_store

NAMES = ["partner", "other-partner", "revoked-partner", "expired-partner", "self-signed"]


@pytest.fixture
def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def trust(pki: Path) -> TrustStore:
    return trust_store(pki / "ca.pem", pki / "crl.pem")


def test_every_announced_file_is_there_and_keys_are_closed(pki: Path) -> None:
    wanted = {"ca.pem", "issuing-ca.key", "crl.pem", "partner.json", "provider-tls.pem", "provider-tls.key"}
    wanted |= {f"{name}-{use}.{kind}" for name in NAMES for use in ("tls", "vi") for kind in ("pem", "key")}

    assert wanted <= {path.name for path in pki.iterdir()}
    for key in pki.glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600, key.name
        assert b"ENCRYPTED" not in key.read_bytes()


def test_root_key_is_kept_nowhere(pki: Path) -> None:
    root, _ = x509.load_pem_x509_certificates((pki / "ca.pem").read_bytes())

    publics = [
        read_key(path).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for path in pki.glob("*.key")
    ]
    assert root.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) not in publics


def test_second_run_keeps_everything(pki: Path, now: dt.datetime) -> None:
    before = {path.name: path.read_bytes() for path in pki.glob("*.[kp]e*")}

    written = issue_files(pki, now=now, partners={})

    assert written == []
    assert {path.name: path.read_bytes() for path in pki.glob("*.[kp]e*")} == before


def test_missing_leaf_is_issued_again_by_the_same_authority(
    pki: Path, tmp_path: Path, now: dt.datetime
) -> None:

    copied = shutil.copytree(pki, tmp_path / "pki")
    (copied / "partner-tls.key").unlink()

    written = issue_files(copied, now=now, partners={})

    assert written == ["partner-tls.pem", "partner-tls.key"]
    identity, _ = load_identity(copied, "partner-tls")
    trust_store(pki / "ca.pem", pki / "crl.pem").chain(identity.certificate, [], at=now)


def test_revocation_list_near_its_end_is_issued_again(pki: Path, tmp_path: Path, now: dt.datetime) -> None:

    copied = shutil.copytree(pki, tmp_path / "pki")

    assert issue_files(copied, now=now + dt.timedelta(days=780), partners={}) == ["crl.pem"]


@pytest.mark.parametrize("use", ["tls", "vi"])
def test_leaf_is_followed_by_its_chain_up_to_the_root(pki: Path, trust: TrustStore, use: str) -> None:
    identity, chain = load_identity(pki, f"partner-{use}")

    path = trust.chain(identity.certificate, [], at=dt.datetime.now(dt.UTC))
    assert [identity.certificate, *chain] == path
    assert path[-1].subject == path[-1].issuer


@pytest.mark.parametrize(
    ("name", "reason"), [("self-signed", "self-signed"), ("expired-partner", "no trusted path")]
)
@pytest.mark.parametrize("use", ["tls", "vi"])
def test_bad_leaf_leads_nowhere(
    pki: Path, trust: TrustStore, now: dt.datetime, name: str, use: str, reason: str
) -> None:
    identity, chain = load_identity(pki, f"{name}-{use}")

    with pytest.raises(CertificateRefused, match=reason):
        trust.chain(identity.certificate, chain, at=now)


@pytest.mark.parametrize("use", ["tls", "vi"])
def test_revoked_leaf_is_on_the_list_alone(pki: Path, trust: TrustStore, now: dt.datetime, use: str) -> None:
    revoked, _ = load_identity(pki, f"revoked-partner-{use}")
    good, _ = load_identity(pki, f"partner-{use}")

    trust.require_not_revoked(good.certificate, at=now)
    with pytest.raises(CertificateRefused, match="revoked"):
        trust.require_not_revoked(revoked.certificate, at=now)


def test_authority_is_no_leaf(pki: Path, trust: TrustStore, now: dt.datetime) -> None:
    _, issuing = x509.load_pem_x509_certificates((pki / "ca.pem").read_bytes())

    with pytest.raises(CertificateRefused):
        trust.chain(issuing, [], at=now)


def test_usages_are_those_of_each_certificate(pki: Path) -> None:
    usages = {}
    for name in ("partner-tls", "partner-vi", "provider-tls"):
        certificate = load_identity(pki, name)[0].certificate
        try:
            extension = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
            usages[name] = list(extension.value)
        except x509.ExtensionNotFound:
            usages[name] = []
        assert certificate.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature

    assert usages == {
        "partner-tls": [ExtendedKeyUsageOID.CLIENT_AUTH],
        "partner-vi": [],
        "provider-tls": [ExtendedKeyUsageOID.SERVER_AUTH],
    }


def test_bundle_without_a_root_or_list_of_a_stranger_is_no_trust(pki: Path, tmp_path: Path) -> None:
    _, issuing = (pki / "ca.pem").read_bytes().split(b"-----END CERTIFICATE-----\n")[:2]
    with pytest.raises(ValueError, match="no root"):
        TrustStore.from_pem(issuing + b"-----END CERTIFICATE-----\n")

    now = dt.datetime.now(dt.UTC)
    issue_files(tmp_path / "autre", now=now, partners={})
    with pytest.raises(ValueError, match="not signed"):
        TrustStore.from_pem((pki / "ca.pem").read_bytes(), (tmp_path / "autre" / "crl.pem").read_bytes())


def test_list_that_changes_counts_without_a_restart(pki: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes((pki / "ca.pem").read_bytes())
    crl = tmp_path / "crl.pem"
    crl.write_bytes((pki / "crl.pem").read_bytes())
    first = trust_store(bundle, crl)
    assert trust_store(bundle, crl) is first

    os.utime(crl, ns=(1, 1))

    assert trust_store(bundle, crl) is not first


def test_command_writes_what_a_partner_needs_to_call(pki: Path, tmp_path: Path, settings: object) -> None:

    copied = shutil.copytree(pki, tmp_path / "pki")
    settings.AGORA_ENDPOINT_URL = "https://127.0.0.1:8443/agora/v1/"  # type: ignore[attr-defined]

    call_command("issue_dev_pki", str(copied))

    told = json.loads((copied / "partner.json").read_text())
    assert set(told) == {"partner", "other-partner"}
    assert set(told["partner"]) == {
        "issuer",
        "recipient",
        "audience",
        "application",
        "pagm",
        "nameid",
        "authn_context",
        "endpoint",
        "operations",
    }
    assert told["partner"]["endpoint"] == "https://127.0.0.1:8443/agora/v1/"
    assert len(fingerprint(load_identity(copied, "partner-vi")[0].certificate)) == 64
