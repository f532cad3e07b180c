"""The HTTP client against real servers on the loopback: slow, endless, compressed, redirecting, with TLS."""

import ipaddress
import json
import logging.config
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cpa_portal.kernel.http import (
    AnswerEncoded,
    AnswerTooLarge,
    AnswerTooSlow,
    ClientCertificate,
    InsecureAddress,
    Limits,
    http_session,
)
from cpa_portal.kernel.logs import logging_configuration

QUICK = Limits(connect_seconds=1, read_seconds=0.2, total_seconds=0.5, body_bytes=1_000)


class Handler(BaseHTTPRequestHandler):
    """Answers by the path; `server.stopping` frees those that wait."""

    def do_GET(self):
        getattr(self, f"answer_{self.path.strip('/').split('?')[0]}")()

    def do_POST(self):
        self._send(200, self.rfile.read(int(self.headers["Content-Length"])))

    def answer_silent(self):
        self.server.stopping.wait(10)

    def answer_headers(self):
        self._send(200, json.dumps(dict(self.headers)).encode())

    def answer_large(self):
        self._send(200, b"x" * 1_001)

    def answer_exact(self):
        self._send(200, b"x" * 1_000)

    def answer_endless(self):
        self._start()
        with self._hung_up():
            while not self.server.stopping.is_set():
                self.wfile.write(b"x" * 500)

    def answer_dribble(self):
        self._start()
        with self._hung_up():
            while not self.server.stopping.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()

    def answer_compressed(self):
        self._send(200, b"\x1f\x8b", {"Content-Encoding": "gzip"})

    def answer_redirect(self):
        self._send(302, b"", {"Location": "/headers"})

    def answer_missing(self):
        self._send(404, b"nothing")

    def log_message(self, format, *args):
        """Nothing on the terminal."""

    @contextmanager
    def _hung_up(self):
        try:
            yield
        except (BrokenPipeError, ConnectionResetError):
            self.server.hung_up.set()

    def _start(self):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()

    def _send(self, status, body, headers=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.stopping = threading.Event()
        self.hung_up = threading.Event()

    def handle_error(self, request, client_address):
        """A client that refuses the handshake is part of the tests."""


@contextmanager
def running(tls=None):
    server = Server()
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server, f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server():
    with running() as (server, _):
        yield server


@pytest.fixture
def client(server):
    address = f"http://127.0.0.1:{server.server_port}"
    with http_session(purpose="tests", limits=QUICK, base_url=address) as session:
        yield session


def test_http_session_usual_call_names_us_and_asks_no_compression(client):
    headers = client.get("/headers").json()

    assert headers["User-Agent"] == "cpa-portal (tests)"
    assert headers["Accept-Encoding"] == "identity"
    assert client.post("/", content=b"abc").content == b"abc"
    assert client.get("/missing").status_code == 404


def test_http_session_silent_server_times_out(client):
    with pytest.raises(httpx.ReadTimeout):
        client.get("/silent")


def test_http_session_server_sending_byte_by_byte_is_cut_off(client):
    with pytest.raises(AnswerTooSlow):
        client.get("/dribble")


@pytest.mark.parametrize("path", ["/large", "/endless"])
def test_http_session_large_answer_is_refused_announced_or_not(client, path):
    with pytest.raises(AnswerTooLarge):
        client.get(path)


def test_http_session_refused_answer_closes_the_connection(client, server):
    with pytest.raises(AnswerTooLarge):
        client.get("/endless")

    assert server.hung_up.wait(5)


def test_http_session_answer_of_exactly_the_limit_passes(client):
    assert len(client.get("/exact").content) == 1_000


def test_http_session_compressed_answer_is_refused(client):
    with pytest.raises(AnswerEncoded):
        client.get("/compressed")


def test_http_session_redirect_is_not_followed(client):
    response = client.get("/redirect")

    assert response.status_code == 302
    assert not response.history


def test_http_session_nobody_listening_is_a_transport_error():
    with running() as (_, address):
        pass

    with http_session(purpose="tests", limits=QUICK) as session, pytest.raises(httpx.ConnectError):
        session.get(address)


def test_http_session_plain_http_away_from_this_machine_is_refused():
    with http_session(purpose="tests", limits=QUICK) as session, pytest.raises(InsecureAddress):
        session.get("http://exemple.fr/")


def test_http_session_refusals_are_all_transport_errors():
    for refusal in (AnswerTooLarge, AnswerTooSlow, AnswerEncoded, InsecureAddress):
        assert issubclass(refusal, httpx.TransportError)


@pytest.mark.parametrize("purpose", ["", "Tests", "two\nlines", "é", "x" * 62])
def test_http_session_purpose_unfit_for_a_header_is_refused(purpose):
    with pytest.raises(ValueError, match="purpose"):
        http_session(purpose=purpose)


@pytest.mark.parametrize("limit", ["connect_seconds", "read_seconds", "total_seconds", "body_bytes"])
def test_limits_without_a_bound_are_refused(limit):
    with pytest.raises(ValueError, match="positive"):
        Limits(**{limit: 0})


def test_http_session_ignores_the_proxy_of_the_environment(monkeypatch, client):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    with http_session(purpose="tests", limits=QUICK, base_url=str(client.base_url)) as session:
        assert session.get("/headers").status_code == 200


def test_http_session_logs_the_host_and_never_the_address(client, capsys):
    handlers, level = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig(logging_configuration(json=True, level="INFO"))

    client.get("/headers?nom=nom-de-famille")

    line = json.loads(capsys.readouterr().out)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    assert (line["event"], line["purpose"], line["host"], line["outcome"]) == (
        "http_call", "tests", "127.0.0.1", "200",
    )  # fmt: skip
    assert "nom-de-famille" not in json.dumps(line)


# Mutual TLS ---------------------------------------------------------------------------------------


class Authority:
    """A certification authority made for one test."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(self.name, self.key, authority=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
        files = ClientCertificate(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files

    def _sign(self, subject, key, *, authority=False):
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        if not authority:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path, "authority")


@pytest.fixture
def mutual(authority):
    files = authority.issue("server")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(files.certificate, files.key)
    tls.load_verify_locations(authority.file)
    tls.verify_mode = ssl.CERT_REQUIRED
    with running(tls) as (_, address):
        yield address


def test_http_session_with_its_certificate_passes_a_mutual_tls(mutual, authority):
    session = http_session(
        purpose="tests", limits=QUICK, trusted_ca=authority.file, client_certificate=authority.issue("client")
    )

    with session:
        assert session.get(f"{mutual}/headers").status_code == 200


def test_http_session_without_certificate_is_refused_by_a_mutual_tls(mutual, authority):
    session = http_session(purpose="tests", limits=QUICK, trusted_ca=authority.file)

    with session, pytest.raises(httpx.TransportError):
        session.get(f"{mutual}/headers")


def test_http_session_server_of_another_authority_is_refused(mutual, tmp_path):
    stranger = Authority(tmp_path, "stranger")
    session = http_session(
        purpose="tests", limits=QUICK, trusted_ca=stranger.file, client_certificate=stranger.issue("client")
    )

    with session, pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        session.get(f"{mutual}/headers")


def test_http_session_does_not_trust_a_private_authority_by_itself(mutual):
    with http_session(purpose="tests", limits=QUICK) as session, pytest.raises(httpx.ConnectError):
        session.get(f"{mutual}/headers")
