"""Whom we trust: several revocation lists in one file, that of each authority for what it issued."""

import datetime as dt
from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

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
    trust = authorities.trusting(authorities.list_of(authorities.root, authorities.leaf))

    trust.require_not_revoked(authorities.leaf.certificate, at=NOW)


def test_one_list_out_of_date_opens_nothing(authorities: Authorities) -> None:
    late = authorities.list_of(authorities.root, ends_at=NOW - DAY / 2)
    trust = authorities.trusting(authorities.list_of(authorities.issuing), late)

    with pytest.raises(CertificateRefused, match="out of date"):
        trust.require_not_revoked(authorities.leaf.certificate, at=NOW)


def test_file_without_any_list_is_an_error(authorities: Authorities) -> None:
    bundle = authorities.root.certificate.public_bytes(Encoding.PEM)

    with pytest.raises(ValueError, match="no revocation list"):
        TrustStore.from_pem(bundle, b"rien\n")
