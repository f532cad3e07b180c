"""The proxy's own configuration, run by a real nginx in front of a server that says what reached it."""

import http.server
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import urllib.parse
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from house.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (on Debian: nginx-light)")


class Told(http.server.BaseHTTPRequestHandler):
    """Answers what it was told: path, headers, length of the body."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = {"path": self.path, "headers": self.headers.items(), "length": len(body)}
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Strict-Transport-Security", "max-age=1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def ports(pki: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, int]]:
    """Port of each of the four listeners, by its number in the configuration."""
    folder = tmp_path_factory.mktemp("nginx")
    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Told)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    listeners = {port: free_port() for port in (8080, 8081, 8443, 9443, 10443)}
    configure(folder, pki, listeners, upstream.server_address[1])
    assert NGINX is not None
    server = subprocess.Popen(
        [NGINX, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"], stderr=subprocess.PIPE, text=True
    )
    try:
        wait_until_open(listeners[9443], server)
        yield listeners
    finally:
        server.terminate()
        server.wait(10)
        upstream.shutdown()
        upstream.server_close()


def configure(folder: Path, pki: Path, listeners: dict[int, int], upstream: int) -> None:
    """The project's own files; only ports, paths and upstream names change, and http2 as older versions wrote it."""
    for name in ("nginx.conf", "proxy.conf", "tls.conf"):
        text = (ROOT / "deploy" / "nginx" / name).read_text()
        text = re.sub(r"http://(web|agora|provider):8000", f"http://127.0.0.1:{upstream}", text)
        for port, free in listeners.items():
            text = re.sub(rf"listen (127\.0\.0\.1:)?{port}\b", f"listen 127.0.0.1:{free}", text)
        text = text.replace("/etc/nginx/mime.types", "/dev/null").replace("http2 on;", "")
        text = re.sub("/tmp/|/etc/nginx/", f"{folder}/", text)  # noqa: S108 - paths of the configuration
        (folder / name).write_text(text.replace("/dev/stdout", f"{folder}/access.log"))
    certificates = folder / "certificates"
    certificates.mkdir()
    for name in ("site", "agora", "agora-site"):
        shutil.copy(pki / "provider-tls.pem", certificates / f"{name}.pem")
        shutil.copy(pki / "provider-tls.key", certificates / f"{name}.key")
    shutil.copy(pki / "ca.pem", certificates / "clients-ca.pem")


def wait_until_open(port: int, server: "subprocess.Popen[str]") -> None:
    while server.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    pytest.fail(f"nginx did not start: {server.stderr.read() if server.stderr else ''}")


def ask(
    port: int,
    path: str,
    pki: Path,
    *,
    who: str = "",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[HTTPResponse, bytes]:
    context = ssl.create_default_context(cafile=str(pki / "ca.pem"))
    if who:
        context.load_cert_chain(pki / f"{who}-tls.pem", pki / f"{who}-tls.key")
    connection = HTTPSConnection("127.0.0.1", port, context=context, timeout=10)
    connection.request("POST" if body else "GET", path, body=body, headers=headers or {})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def told_headers(content: bytes) -> dict[str, str]:
    return {name.lower(): value for name, value in json.loads(content)["headers"]}


def test_plain_http_is_sent_to_https(ports: dict[int, int]) -> None:
    connection = HTTPConnection("127.0.0.1", ports[8080], timeout=10)
    connection.request("GET", "/formations/?q=soudeur", headers={"Host": "cpa.example.fr"})
    response = connection.getresponse()

    assert response.status == 308
    assert response.headers["Location"] == "https://cpa.example.fr/formations/?q=soudeur"


def test_site_is_told_the_truth_about_who_calls(ports: dict[int, int], pki: Path) -> None:
    forged = {
        "X-Forwarded-For": "10.9.8.7", "X-Forwarded-Proto": "http", "X-SSL-Client-Cert": "forged", "Forwarded": "for=x",
        "X-Forwarded-Host": "evil.example", "Host": "cpa.example.fr",
    }  # fmt: skip

    _, content = ask(ports[8443], "/mes-droits/", pki, headers=forged)

    told = told_headers(content)
    assert told["host"] == "cpa.example.fr"
    assert told["x-forwarded-proto"] == "https"
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert not {"x-ssl-client-cert", "forwarded", "x-forwarded-host"} & set(told)


def test_security_headers_of_the_application_are_not_doubled(ports: dict[int, int], pki: Path) -> None:
    response, _ = ask(ports[8443], "/", pki)

    assert response.headers.get_all("Strict-Transport-Security") == ["max-age=1"]


@pytest.mark.parametrize("listener", [8443, 10443])
def test_metrics_are_not_reached_from_outside(ports: dict[int, int], pki: Path, listener: int) -> None:
    response, _ = ask(ports[listener], "/metrics", pki)

    assert response.status == 404


def test_body_above_one_mebibyte_is_refused(ports: dict[int, int], pki: Path) -> None:
    response, _ = ask(ports[8443], "/", pki, body=b"x" * (1024 * 1024 + 1))

    assert response.status == 413


def test_agora_listener_serves_nothing_but_its_path(ports: dict[int, int], pki: Path) -> None:
    served = {"/agora/v1/": 200, "/agora/partenaire/": 200, "/agora/partenaire.json": 200}
    others = dict.fromkeys(("/", "/admin/", "/agora/partenaires/", "/agora/dictionnaire/"), 404)

    statuses = {path: ask(ports[9443], path, pki, who="partner")[0].status for path in served | others}

    assert statuses == served | others


def test_agora_is_given_the_certificate_that_opened_the_connection(ports: dict[int, int], pki: Path) -> None:
    body = b"<soap/>"

    _, content = ask(
        ports[9443], "/agora/v1/", pki, who="partner", body=body, headers={"Content-Type": "text/xml"}
    )

    told = told_headers(content)
    certificate = urllib.parse.unquote(told["x-ssl-client-cert"])
    assert certificate.strip() in (pki / "partner-tls.pem").read_text()
    assert told["content-type"] == "text/xml"
    assert json.loads(content)["length"] == len(body)


def test_agora_call_without_certificate_reaches_the_application_without_one(
    ports: dict[int, int], pki: Path
) -> None:
    forged = {"X-SSL-Client-Cert": "forged", "X-SSL-Client-Verify": "SUCCESS", "X_SSL_Client_Cert": "forged"}

    response, content = ask(ports[9443], "/agora/v1/", pki, headers=forged)

    assert response.status == 200
    assert not [name for name in told_headers(content) if "ssl" in name]


@pytest.mark.parametrize("who", ["self-signed", "expired-partner"])
def test_agora_call_with_a_certificate_that_nobody_vouches_for_stops_at_the_proxy(
    ports: dict[int, int], pki: Path, who: str
) -> None:
    response, content = ask(ports[9443], "/agora/v1/", pki, who=who)

    assert response.status == 400
    assert b"headers" not in content
