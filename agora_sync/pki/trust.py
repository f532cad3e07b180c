"""Whom we trust: authorities, revocation list, and the path from a leaf to a root.

The path is built by `cryptography`, our conditions surround it: not self-signed, key usage, dates, revocation.
"""

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import verification

MINIMUM_RSA_BITS = 2048


class CertificateRefused(Exception):
    """The certificate is not one we accept. The message is for the trace."""


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER form, lower-case hexadecimal: how a certificate is registered."""
    return certificate.fingerprint(hashes.SHA256()).hex()


@dataclass(frozen=True)
class TrustStore:
    """Authorities and revocation list read from files."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    crl: x509.CertificateRevocationList | None

    @classmethod
    def from_pem(cls, bundle: bytes, crl: bytes = b"") -> "TrustStore":
        """Raises ValueError when the bundle holds no root or the list is signed by nobody of the bundle."""
        certificates = x509.load_pem_x509_certificates(bundle)
        roots = tuple(c for c in certificates if c.subject == c.issuer)
        if not roots:
            raise ValueError("the bundle of trusted authorities holds no root")
        intermediates = tuple(c for c in certificates if c.subject != c.issuer)
        revoked = x509.load_pem_x509_crl(crl) if crl else None
        if revoked is not None and not any(_signed_list(revoked, c) for c in certificates):
            raise ValueError("the revocation list is not signed by a trusted authority")
        return cls(roots, intermediates, revoked)

    def chain(
        self, leaf: x509.Certificate, others: Sequence[x509.Certificate], *, at: dt.datetime
    ) -> list[x509.Certificate]:
        """Leaf to root. Raises CertificateRefused: untrusted, self-signed, out of date, authority without the right."""
        if leaf.subject == leaf.issuer:
            raise CertificateRefused("self-signed leaf")
        _require_signing_leaf(leaf)
        builder = verification.PolicyBuilder().store(verification.Store(list(self.roots))).time(at)
        builder = builder.extension_policies(
            # Extensions of the leaf are judged above, by use; a vector's certificate bears no TLS name or usage.
            ee_policy=verification.ExtensionPolicy.permit_all(),
            ca_policy=verification.ExtensionPolicy.webpki_defaults_ca(),
        )
        try:
            verified = builder.build_client_verifier().verify(leaf, [*others, *self.intermediates])
        except verification.VerificationError as problem:
            raise CertificateRefused(f"no trusted path: {problem}") from None
        return list(verified.chain)

    def require_not_revoked(self, certificate: x509.Certificate, *, at: dt.datetime) -> None:
        """Raises CertificateRefused when listed, and when the list is out of date: silence proves nothing then."""
        if self.crl is None:
            return
        if self.crl.next_update_utc is None or self.crl.next_update_utc < at:
            raise CertificateRefused("the revocation list is out of date")
        if certificate.issuer != self.crl.issuer:
            return
        entry = self.crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and entry.revocation_date_utc <= at:
            raise CertificateRefused("revoked")


def _signed_list(crl: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    key = authority.public_key()
    return (
        crl.issuer == authority.subject and isinstance(key, rsa.RSAPublicKey) and crl.is_signature_valid(key)
    )


def _require_signing_leaf(leaf: x509.Certificate) -> None:
    key = leaf.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MINIMUM_RSA_BITS:
        raise CertificateRefused("not an RSA key of 2048 bits or more")
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        raise CertificateRefused("no key usage") from None
    if not usage.digital_signature:
        raise CertificateRefused("key usage without digitalSignature")
    try:
        constraints = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return
    if constraints.ca:
        raise CertificateRefused("an authority's certificate is no leaf")


_loaded: dict[tuple[str, str], tuple[tuple[int, int], TrustStore]] = {}
_loading = threading.Lock()


def trust_store(bundle: str | Path, crl: str | Path | None) -> TrustStore:
    """The store of these files, read again when one of them changes: a new list counts without a restart."""
    key = (str(bundle), str(crl or ""))
    stamps = (_stamp(bundle), _stamp(crl) if crl else 0)
    with _loading:
        known = _loaded.get(key)
        if known is None or known[0] != stamps:
            content = Path(crl).read_bytes() if crl else b""
            known = (stamps, TrustStore.from_pem(Path(bundle).read_bytes(), content))
            _loaded[key] = known
    return known[1]


def _stamp(path: str | Path) -> int:
    return Path(path).stat().st_mtime_ns
