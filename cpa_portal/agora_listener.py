"""gunicorn configuration of the AGORA listener: `gunicorn -c python:cpa_portal.agora_listener cpa_portal.wsgi_agora`.

TLS ends here, so that the application learns the client certificate from the socket. A caller without certificate
gets through the handshake and is answered a fault, which is traced; a certificate that no trusted authority issued,
self-signed or out of date is refused by TLS itself. Behind a proxy that ends TLS (AGORA_CLIENT_CERTIFICATE_FROM=proxy)
this process speaks plain HTTP to that proxy alone.
"""

import os
import ssl
from collections.abc import Callable
from typing import Any

BEHIND_PROXY = os.environ.get("AGORA_CLIENT_CERTIFICATE_FROM", "socket") == "proxy"
# A caller that opens a connection and says nothing must not hold a thread for long.
HANDSHAKE_SECONDS = 10

worker_class = "gthread"
workers = int(os.environ.get("AGORA_WORKERS", "1"))
threads = int(os.environ.get("AGORA_THREADS", "8"))
timeout = 60
graceful_timeout = 15
keepalive = 5
preload_app = True
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - gunicorn's heartbeat files
loglevel = "warning"

if not BEHIND_PROXY:
    # The gateway of local systems calls AGORA with one certificate and is called under another.
    certfile = os.environ.get("AGORA_LISTENER_CERTIFICATE") or os.environ.get("AGORA_TLS_CERTIFICATE", "")
    keyfile = os.environ.get("AGORA_LISTENER_KEY") or os.environ.get("AGORA_TLS_KEY", "")
    ca_certs = os.environ.get("AGORA_TRUSTED_CA", "")
    cert_reqs = ssl.CERT_OPTIONAL
    # In the worker's thread, with the time limit set below.
    do_handshake_on_connect = False


class _PatientContext(ssl.SSLContext):
    """A context whose sockets do not wait for ever, handshake and first request included."""

    def wrap_socket(self, sock: Any, *arguments: Any, **options: Any) -> ssl.SSLSocket:
        sock.settimeout(HANDSHAKE_SECONDS)
        return super().wrap_socket(sock, *arguments, **options)


_contexts: dict[tuple[str, str, str], ssl.SSLContext] = {}


def ssl_context(config: Any, default_factory: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """One context for all connections: gunicorn would read the certificates again for each."""
    key = (config.certfile, config.keyfile, config.ca_certs)
    if key not in _contexts:
        context = _PatientContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(config.certfile, config.keyfile)
        context.load_verify_locations(config.ca_certs)
        context.verify_mode = ssl.CERT_OPTIONAL
        _contexts[key] = context
    return _contexts[key]
