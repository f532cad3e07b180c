"""The files of the development authority: what a partner, good or bad, needs in order to call the demo.

Names are fixed; what exists is kept, so that a second run changes no certificate. The root's key is never written:
the root issues the issuing authority, once, and nothing else.
"""

import datetime as dt
import json
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from agora_sync.pki import authority
from agora_sync.pki.authority import Identity, Validity

ORGANISATION = "Portail CPA - développement"
LISTENER_HOSTS = ["127.0.0.1", "localhost", "::1"]
# Long on both sides: a developer who moves the clock by a season keeps a working chain.
AUTHORITY_SPAN = (dt.timedelta(days=800), dt.timedelta(days=3650))
LEAF_SPAN = (dt.timedelta(days=400), dt.timedelta(days=800))
EXPIRED_SPAN = (dt.timedelta(days=760), dt.timedelta(days=-30))
CRL_RENEWED_BEFORE = dt.timedelta(days=60)

# What each demo name stands for: the span of its certificates, and whether the authority signs them.
DEMO_NAMES = {
    "partner": LEAF_SPAN,
    "other-partner": LEAF_SPAN,
    "revoked-partner": LEAF_SPAN,
    "expired-partner": EXPIRED_SPAN,
    "self-signed": LEAF_SPAN,
    "portal": LEAF_SPAN,
}
REVOKED_NAME = "revoked-partner"
SELF_SIGNED_NAME = "self-signed"


def issue_files(folder: Path, *, now: dt.datetime, partners: dict[str, dict[str, object]]) -> list[str]:
    """Write what is missing and return the names of the files written. `partners` becomes partner.json."""
    folder.mkdir(parents=True, exist_ok=True)
    issuing, chain, written = _authority(folder, now)
    for name, span in DEMO_NAMES.items():
        issuer = None if name == SELF_SIGNED_NAME else issuing
        for use, issue in (("tls", authority.issue_tls_client), ("vi", authority.issue_signing)):
            subject = authority.name_of(f"{name} {use}", organisation=ORGANISATION)
            if _is_missing(folder, f"{name}-{use}"):
                leaf = issue(subject, _validity(now, span), issuer=issuer)
                written += _write_identity(folder, f"{name}-{use}", leaf, [] if issuer is None else chain)
    if _is_missing(folder, "provider-tls"):
        subject = authority.name_of("provider tls", organisation=ORGANISATION)
        leaf = authority.issue_tls_server(
            subject, _validity(now, LEAF_SPAN), issuer=issuing, hosts=LISTENER_HOSTS
        )
        written += _write_identity(folder, "provider-tls", leaf, chain)
    written += _write_crl(folder, issuing, now)
    _write(
        folder / "partner.json",
        json.dumps(partners, ensure_ascii=False, indent=2).encode() + b"\n",
        mode=0o644,
    )
    return written


def load_certificate(folder: Path, name: str) -> x509.Certificate:
    """The leaf alone."""
    return x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())


def load_identity(folder: Path, name: str) -> tuple[Identity, list[x509.Certificate]]:
    """A leaf with its key, and the certificates that follow it in its file."""
    leaf, *chain = x509.load_pem_x509_certificates((folder / f"{name}.pem").read_bytes())
    return Identity(leaf, read_key(folder / f"{name}.key")), chain


def read_key(path: Path) -> rsa.RSAPrivateKey:
    """A private key that stands in one of these files. Raises ValueError when it is no RSA key."""
    # Written here: proving again that its factors are prime takes longer than to sign with it.
    key = serialization.load_pem_private_key(
        path.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True
    )
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path.name}: expected an RSA key")
    return key


def _authority(folder: Path, now: dt.datetime) -> tuple[Identity, list[x509.Certificate], list[str]]:
    bundle, key_file = folder / "ca.pem", folder / "issuing-ca.key"
    if bundle.exists() and key_file.exists():
        root, issuing = x509.load_pem_x509_certificates(bundle.read_bytes())
        return Identity(issuing, read_key(key_file)), [issuing, root], []
    validity = _validity(now, AUTHORITY_SPAN)
    root_subject = authority.name_of("Autorité racine de développement", organisation=ORGANISATION)
    root_identity = authority.issue_root(root_subject, validity)
    issuing_subject = authority.name_of("Autorité émettrice de développement", organisation=ORGANISATION)
    issuing_identity = authority.issue_authority(issuing_subject, validity, issuer=root_identity)
    _write(key_file, _pem_key(issuing_identity.key), mode=0o600)
    pair = [root_identity.certificate, issuing_identity.certificate]
    _write(bundle, b"".join(_pem(c) for c in pair), mode=0o644)
    return issuing_identity, pair[::-1], ["ca.pem", "issuing-ca.key"]


def _write_crl(folder: Path, issuing: Identity, now: dt.datetime) -> list[str]:
    revoked = [load_certificate(folder, f"{REVOKED_NAME}-{use}") for use in ("tls", "vi")]
    path = folder / "crl.pem"
    if path.exists():
        current = x509.load_pem_x509_crl(path.read_bytes())
        lists_all = all(current.get_revoked_certificate_by_serial_number(c.serial_number) for c in revoked)
        lasts = current.next_update_utc is not None and current.next_update_utc - now > CRL_RENEWED_BEFORE
        if lists_all and lasts and current.is_signature_valid(issuing.key.public_key()):
            return []
    crl = authority.issue_crl(revoked, _validity(now, LEAF_SPAN), issuer=issuing)
    _write(path, crl.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return ["crl.pem"]


def _validity(now: dt.datetime, span: tuple[dt.timedelta, dt.timedelta]) -> Validity:
    before, after = span
    return Validity(now - before, now + after)


def _is_missing(folder: Path, name: str) -> bool:
    return not ((folder / f"{name}.pem").exists() and (folder / f"{name}.key").exists())


def _write_identity(folder: Path, name: str, leaf: Identity, chain: list[x509.Certificate]) -> list[str]:
    _write(folder / f"{name}.key", _pem_key(leaf.key), mode=0o600)
    _write(folder / f"{name}.pem", b"".join(_pem(c) for c in [leaf.certificate, *chain]), mode=0o644)
    return [f"{name}.pem", f"{name}.key"]


def _write(path: Path, content: bytes, *, mode: int) -> None:
    # Written aside then renamed: a run cut short leaves no half file that the next run would keep.
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as handle:
        handle.write(content)
    draft.replace(path)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pem_key(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
