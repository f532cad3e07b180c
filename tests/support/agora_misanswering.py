"""A TLS server that answers whatever a test wants: the AGORA of bad days."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True)
class Reply:
    content: bytes
    status: int = 200
    content_type: str = "text/xml; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


@contextlib.contextmanager
def misanswering(pki: Path, reply: Callable[[bytes], Reply]) -> Iterator[str]:
    """The address of a server that gives `reply(request body)` to each call."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given = reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(given.status)
            self.send_header("Content-Type", given.content_type)
            self.send_header("Content-Length", str(len(given.content)))
            for name, value in given.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(given.content)

        def log_message(self, *_: object) -> None:
            """Tests say what they need."""

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pki / "provider-tls.pem", pki / "provider-tls.key")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}/agora/v1/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
