"""Whom we trust: authorities, revocation list, and the path from a leaf to a root.

The path is built by `cryptography`, our conditions surround it: not self-signed, key usage, dates, revocation.
"""

import datetime as dt
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import verification

MINIMUM_RSA_BITS = 2048
_PEM_LIST = re.compile(rb"-----BEGIN X509 CRL-----.*?-----END X509 CRL-----", re.DOTALL)
# A few certificates for each partner; beyond, somebody sends us new ones at each call.
_MOST_PATHS = 1_000
_USUAL_BYTES = 8_192


class CertificateRefused(Exception):
    """The certificate is not one we accept. The message is for the trace."""


@lru_cache(maxsize=1_000)
def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER form, lower-case hexadecimal: how a certificate is registered."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def is_in_date(certificate: x509.Certificate, at: dt.datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


@lru_cache(maxsize=1_000)
def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may issue others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


@dataclass(frozen=True)
class TrustStore:
    """Authorities and revocation lists, one by authority at most, read from files."""

    roots: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    crls: tuple[x509.CertificateRevocationList, ...]
    # Paths found, by leaf and the other certificates presented. They go with the files that this store was read from.
    _paths: dict[tuple[x509.Certificate, ...], tuple[x509.Certificate, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @classmethod
    def from_pem(cls, bundle: bytes, crl: bytes = b"") -> "TrustStore":
        """Raises ValueError when the bundle holds no root or the list is signed by nobody of the bundle."""
        certificates = x509.load_pem_x509_certificates(bundle)
        roots = tuple(c for c in certificates if c.subject == c.issuer)
        if not roots:
            raise ValueError("the bundle of trusted authorities holds no root")
        intermediates = tuple(c for c in certificates if c.subject != c.issuer)
        lists = tuple(x509.load_pem_x509_crl(found) for found in _PEM_LIST.findall(crl))
        if crl and not lists:
            raise ValueError("no revocation list can be read")
        for revoked in lists:
            if not any(_signed_list(revoked, c) for c in certificates):
                raise ValueError("the revocation list is not signed by a trusted authority")
        return cls(roots, intermediates, lists)

    def chain(
        self, leaf: x509.Certificate, others: Sequence[x509.Certificate], *, at: dt.datetime
    ) -> list[x509.Certificate]:
        """Leaf to root. Raises CertificateRefused: untrusted, self-signed, out of date, authority without the right.

        A path that was found once is found again at once for the same certificates: only its dates are compared.
        """
        given = (leaf, *others)
        known = self._paths.get(given)
        if known is None or not all(is_in_date(certificate, at) for certificate in known):
            known = self._built(leaf, others, at)
            if len(self._paths) >= _MOST_PATHS:
                self._paths.clear()
            self._paths[given] = known
        return list(known)

    def _built(
        self, leaf: x509.Certificate, others: Sequence[x509.Certificate], at: dt.datetime
    ) -> tuple[x509.Certificate, ...]:
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
        return tuple(verified.chain)

    def require_not_revoked(self, certificate: x509.Certificate, *, at: dt.datetime) -> None:
        """Raises CertificateRefused when listed, when a list is out of date, and when the authority of a leaf has none:
        silence proves nothing then.
        """
        if any(ends_at is None or ends_at < at for ends_at in self._lists_end_at):
            raise CertificateRefused("the revocation list is out of date")
        if self.crls and not is_authority(certificate) and certificate.issuer not in self._listing:
            raise CertificateRefused("no revocation list of its authority")
        for issuer, revoked_at in self._revoked.get(certificate.serial_number, ()):
            if revoked_at <= at and certificate.issuer == issuer:
                raise CertificateRefused("revoked")

    @cached_property
    def _lists_end_at(self) -> tuple[dt.datetime | None, ...]:
        return tuple(revoked.next_update_utc for revoked in self.crls)

    @cached_property
    def _listing(self) -> frozenset[x509.Name]:
        return frozenset(revoked.issuer for revoked in self.crls)

    @cached_property
    def _revoked(self) -> dict[int, list[tuple[x509.Name, dt.datetime]]]:
        """By whom and when each number was revoked: two authorities may give the same one."""
        found: dict[int, list[tuple[x509.Name, dt.datetime]]] = {}
        for revoked in self.crls:
            for entry in revoked:
                found.setdefault(entry.serial_number, []).append((revoked.issuer, entry.revocation_date_utc))
        return found


def load_certificate(der: bytes) -> x509.Certificate:
    """The certificate of these bytes; partners send the same ones in each call. Raises ValueError."""
    return _load_known(der) if len(der) <= _USUAL_BYTES else x509.load_der_x509_certificate(der)


@lru_cache(maxsize=1_000)
def _load_known(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


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
    if is_authority(leaf):
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
