"""A small certification authority: root, issuing authority, leaf certificates, revocation list."""

import datetime as dt
import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_BITS = 2048


@dataclass(frozen=True)
class Identity:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


@dataclass(frozen=True)
class Validity:
    starts_at: dt.datetime
    ends_at: dt.datetime


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def name_of(common_name: str, *, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def issue_root(subject: x509.Name, validity: Validity) -> Identity:
    key = new_key()
    builder = _builder(subject, subject, key.public_key(), validity)
    builder = _as_authority(builder, key.public_key(), key.public_key(), path_length=1)
    return Identity(builder.sign(key, hashes.SHA256()), key)


def issue_authority(subject: x509.Name, validity: Validity, *, issuer: Identity) -> Identity:
    key = new_key()
    builder = _builder(subject, issuer.certificate.subject, key.public_key(), validity)
    builder = _as_authority(builder, key.public_key(), issuer.key.public_key(), path_length=0)
    return Identity(builder.sign(issuer.key, hashes.SHA256()), key)


def issue_tls_client(subject: x509.Name, validity: Validity, *, issuer: Identity | None) -> Identity:
    """A certificate that opens a channel. Without an issuer it signs itself (only to show that it is refused)."""
    return _issue_leaf(subject, validity, issuer, [x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])])


def issue_tls_server(
    subject: x509.Name, validity: Validity, *, issuer: Identity, hosts: list[str]
) -> Identity:
    """A certificate for a listener. `hosts` are DNS names or IP addresses."""
    usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return _issue_leaf(
        subject, validity, issuer, [usages, x509.SubjectAlternativeName([_host(h) for h in hosts])]
    )


def issue_signing(subject: x509.Name, validity: Validity, *, issuer: Identity | None) -> Identity:
    """A certificate that signs identification vectors: no TLS usage, so that it opens no channel."""
    return _issue_leaf(subject, validity, issuer, [])


def issue_crl(
    revoked: list[x509.Certificate], validity: Validity, *, issuer: Identity
) -> x509.CertificateRevocationList:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(validity.starts_at)
        .next_update(validity.ends_at)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
        .add_extension(x509.CRLNumber(int(validity.starts_at.timestamp())), critical=False)
    )
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
        entry = entry.revocation_date(validity.starts_at)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(issuer.key, hashes.SHA256())


def _issue_leaf(
    subject: x509.Name, validity: Validity, issuer: Identity | None, extensions: list[x509.ExtensionType]
) -> Identity:
    key = new_key()
    signer = issuer or Identity(None, key)  # type: ignore[arg-type]
    issuer_name = issuer.certificate.subject if issuer else subject
    builder = _builder(subject, issuer_name, key.public_key(), validity)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(signs=True), critical=True)
    builder = _identified(builder, key.public_key(), signer.key.public_key())
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Identity(builder.sign(signer.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, validity: Validity
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(validity.starts_at).not_valid_after(validity.ends_at)


def _as_authority(
    builder: x509.CertificateBuilder, key: rsa.RSAPublicKey, signer_key: rsa.RSAPublicKey, *, path_length: int
) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    return _identified(builder.add_extension(_key_usage(signs=False), critical=True), key, signer_key)


def _identified(
    builder: x509.CertificateBuilder, key: rsa.RSAPublicKey, signer_key: rsa.RSAPublicKey
) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    return builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer_key), critical=False
    )


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        encipher_only=False,
        decipher_only=False,
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
