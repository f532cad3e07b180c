"""Where the client certificate of a call comes from: the TLS socket, or the proxy in front of us."""

import ssl
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from agora_sync.provider.call import CLIENT_CERTIFICATE

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]
# nginx: proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert (overwrites what the caller sent).
PROXY_HEADER = "HTTP_X_SSL_CLIENT_CERT"


def with_client_certificate(application: Application) -> Application:
    """The application, told at each request which certificate the caller presented, in DER, or None."""

    def told(environ: Environ, start_response: Any) -> Iterable[bytes]:
        source = _SOURCES[settings.AGORA_CLIENT_CERTIFICATE_FROM]
        environ[CLIENT_CERTIFICATE] = source(environ)
        return application(environ, start_response)

    return told


def from_socket(environ: Environ) -> bytes | None:
    """What the caller proved in the handshake of this very connection."""
    connection = environ.get("gunicorn.socket")
    return connection.getpeercert(binary_form=True) if isinstance(connection, ssl.SSLSocket) else None


def from_proxy(environ: Environ) -> bytes | None:
    """What a trusted proxy says; the same header from anybody else is nothing."""
    written = environ.get(PROXY_HEADER, "")
    if not written or environ.get("REMOTE_ADDR") not in settings.TRUSTED_PROXIES:
        return None
    try:
        return x509.load_pem_x509_certificate(unquote(written).encode()).public_bytes(Encoding.DER)
    except ValueError:
        return None


_SOURCES = {"socket": from_socket, "proxy": from_proxy}
