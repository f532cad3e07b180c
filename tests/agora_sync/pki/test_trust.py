"""Whom we trust: several revocation lists in one file, that of each authority for what it issued."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.pki.authority import (
    Identity,
    Validity,
    issue_authority,
    issue_crl,
    issue_root,
    issue_signing,
    name_of,
)
from agora_sync.pki.trust import CertificateRefused, TrustStore
from agora_sync.provider.channel import require_trusted

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
VALIDITY = Validity(NOW - DAY, NOW + DAY)


@dataclass(frozen=True)
class Authorities:
    root: Identity
    issuing: Identity
    leaf: Identity

    def trusting(self, *lists: x509.CertificateRevocationList) -> TrustStore:
        bundle = b"".join(one.certificate.public_bytes(Encoding.PEM) for one in (self.root, self.issuing))
        return TrustStore.from_pem(bundle, b"".join(one.public_bytes(Encoding.PEM) for one in lists))

    def list_of(
        self, issuer: Identity, *revoked: Identity, ends_at: dt.datetime = NOW + DAY
    ) -> x509.CertificateRevocationList:
        return issue_crl([one.certificate for one in revoked], Validity(NOW - DAY, ends_at), issuer=issuer)


@pytest.fixture(scope="module")
def authorities() -> Authorities:
    root = issue_root(name_of("Racine", organisation="Essai"), VALIDITY)
    issuing = issue_authority(name_of("Émettrice", organisation="Essai"), VALIDITY, issuer=root)
    return Authorities(
        root, issuing, issue_signing(name_of("Agent", organisation="Essai"), VALIDITY, issuer=issuing)
    )


def test_authority_that_the_root_revoked_is_refused_beside_a_clean_list(authorities: Authorities) -> None:
    clean, revoking = (
        authorities.list_of(authorities.issuing),
        authorities.list_of(authorities.root, authorities.issuing),
    )
    trust = authorities.trusting(clean, revoking)

    chain = trust.chain(authorities.leaf.certificate, [], at=NOW)

    assert authorities.issuing.certificate in chain
    trust.require_not_revoked(authorities.leaf.certificate, at=NOW)
    with pytest.raises(CertificateRefused, match="revoked"):
        trust.require_not_revoked(authorities.issuing.certificate, at=NOW)


def test_number_on_the_list_of_another_authority_says_nothing(authorities: Authorities) -> None:
    others = authorities.list_of(authorities.root, authorities.leaf)
    trust = authorities.trusting(authorities.list_of(authorities.issuing), others)

    trust.require_not_revoked(authorities.leaf.certificate, at=NOW)


def test_leaf_whose_authority_gives_no_list_is_refused_beside_the_lists_of_others(
    authorities: Authorities,
) -> None:
    trust = authorities.trusting(authorities.list_of(authorities.root))

    trust.require_not_revoked(authorities.issuing.certificate, at=NOW)
    with pytest.raises(CertificateRefused, match="no revocation list"):
        trust.require_not_revoked(authorities.leaf.certificate, at=NOW)


def test_channel_under_an_authority_that_the_root_revoked_is_refused(
    authorities: Authorities, settings: Any, tmp_path: Path
) -> None:
    def trusted(*lists: x509.CertificateRevocationList) -> None:
        bundle = (
            one.certificate.public_bytes(Encoding.PEM) for one in (authorities.root, authorities.issuing)
        )
        settings.AGORA_TRUSTED_CA = _written(tmp_path, "ca.pem", *bundle)
        settings.AGORA_CRL = _written(tmp_path, "crl.pem", *(one.public_bytes(Encoding.PEM) for one in lists))

    presented, clean = (
        authorities.leaf.certificate.public_bytes(Encoding.DER),
        authorities.list_of(authorities.issuing),
    )
    trusted(clean, authorities.list_of(authorities.root))
    require_trusted(presented, at=NOW)

    trusted(clean, authorities.list_of(authorities.root, authorities.issuing))
    with pytest.raises(SOAPRefusal) as refusal:
        require_trusted(presented, at=NOW)
    assert (refusal.value.code, refusal.value.reason) == (FaultCode.CHANNEL, "revoked")


def _written(folder: Path, name: str, *parts: bytes) -> str:
    """A file of its own each time: what was read of the former one must not serve."""
    path = folder / f"{len(list(folder.iterdir()))}-{name}"
    path.write_bytes(b"".join(parts))
    return str(path)


def test_one_list_out_of_date_opens_nothing(authorities: Authorities) -> None:
    late = authorities.list_of(authorities.root, ends_at=NOW - DAY / 2)
    trust = authorities.trusting(authorities.list_of(authorities.issuing), late)

    with pytest.raises(CertificateRefused, match="out of date"):
        trust.require_not_revoked(authorities.leaf.certificate, at=NOW)


def test_file_without_any_list_is_an_error(authorities: Authorities) -> None:
    bundle = authorities.root.certificate.public_bytes(Encoding.PEM)

    with pytest.raises(ValueError, match="no revocation list"):
        TrustStore.from_pem(bundle, b"rien\n")
