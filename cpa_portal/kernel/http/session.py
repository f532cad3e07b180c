"""The one way to make an HTTP client in this project."""

import re
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

from cpa_portal.kernel.http.limits import Limits
from cpa_portal.kernel.http.transport import BoundedTransport

_PURPOSE = re.compile(r"[a-z0-9][a-z0-9 -]{0,60}")


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """PEM files by which we make ourselves known in a mutual TLS; the certificate's file may hold its chain."""

    certificate: Path
    key: Path


def http_session(
    *,
    purpose: str,
    limits: Limits | None = None,
    client_certificate: ClientCertificate | None = None,
    trusted_ca: Path | None = None,
    base_url: str = "",
    proxy: str | None = None,
) -> httpx.Client:
    """A client to use in a `with` block or to keep for the life of a process (it keeps its connections).

    `purpose` is a few English words for the logs and the User-Agent ("agora", "rncp import"). `trusted_ca`
    replaces the public authorities by those of one PEM file. Redirects are not followed, the proxy and
    certificates of the environment are ignored, nothing is retried: the caller decides.

    Every failure to get a whole answer is an `httpx.TransportError`; a status is no failure. Raises
    ValueError for a purpose that cannot stand in a header, OSError or ssl.SSLError for unusable PEM files.
    """
    if not _PURPOSE.fullmatch(purpose):
        raise ValueError("the purpose is a few small English words")
    limits = limits or Limits()
    network = httpx.HTTPTransport(
        verify=_tls_context(trusted_ca, client_certificate), trust_env=False, retries=0, proxy=proxy
    )
    return httpx.Client(
        transport=BoundedTransport(network, purpose=purpose, limits=limits),
        timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
        headers={"User-Agent": f"cpa-portal ({purpose})", "Accept-Encoding": "identity"},
        base_url=base_url,
        follow_redirects=False,
        trust_env=False,
    )


def _tls_context(trusted_ca: Path | None, client_certificate: ClientCertificate | None) -> ssl.SSLContext:
    if trusted_ca is None and client_certificate is None:
        return _public_authorities()
    return _read_context(trusted_ca, client_certificate)


@cache
def _public_authorities() -> ssl.SSLContext:
    """Shared by all sessions of the process: reading the authorities of the system takes longer than most exchanges."""
    return _read_context(None, None)


def _read_context(trusted_ca: Path | None, client_certificate: ClientCertificate | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(trusted_ca) if trusted_ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if client_certificate is not None:
        context.load_cert_chain(client_certificate.certificate, client_certificate.key)
    return context
