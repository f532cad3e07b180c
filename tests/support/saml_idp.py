"""An identity provider that is not ours: pysaml2, in a process of its own, on loopback.

`python -m tests.support.saml_idp FOLDER [HOST]` reads `FOLDER/sp.xml` (our metadata), makes its key, writes
`FOLDER/idp.xml`, prints its port and answers `/sso`: it checks the signature of the request, then returns the signed
response in base64. What the response says and how it errs is asked for in the query (`wanted`), which stands for the
people and clocks over there. Without it a browser is asking: it gets a page, signed in as `FOLDER/person.json`, whose
button posts the response to where the request came from.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from saml2 import BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import CryptoBackend, RSACrypto
from saml2.xmldsig import DIGEST_SHA1, DIGEST_SHA256, SIG_RSA_SHA1, SIG_RSA_SHA256

PASSWORD_CONTEXT = {"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"}
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"


class XMLSecBackend(CryptoBackend):
    """Signs through the xmlsec library of the wheel: the library's own backend wants the xmlsec1 program."""

    @property
    def version(self) -> str:
        return "1.3"

    def sign_statement(self, statement: Any, node_name: str, key_file: str, node_id: str) -> str:
        text = statement if isinstance(statement, bytes) else str(statement).encode()
        root = etree.fromstring(text)
        [node] = root.xpath("descendant-or-self::*[@ID=$id]", id=node_id)
        template = next(
            child for child in node if child.tag == "{http://www.w3.org/2000/09/xmldsig#}Signature"
        )
        context = xmlsec.SignatureContext()
        context.register_id(node, "ID")
        context.key = xmlsec.Key.from_file(key_file, xmlsec.constants.KeyDataFormatPem)
        context.sign(template)
        return etree.tostring(root).decode()


def make_key(folder: Path, name: str) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    (folder / f"{name}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def provider(folder: Path, origin: str, key: str = "idp") -> Server:
    configuration = {
        "entityid": f"{origin}/metadata",
        "crypto_backend": "XMLSecurity",
        "key_file": str(folder / f"{key}.key"),
        "cert_file": str(folder / f"{key}.pem"),
        "metadata": {"local": [str(folder / "sp.xml")]},
        "service": {
            "idp": {
                "name": "Organisme d’essai",
                "endpoints": {"single_sign_on_service": [(f"{origin}/sso", BINDING_HTTP_REDIRECT)]},
                "want_authn_requests_signed": True,
                "name_id_format": [NAMEID_FORMAT_PERSISTENT],
                "policy": {"default": {"lifetime": {"minutes": 5}, "name_form": URI}},
            }
        },
    }
    server = Server(config=IdPConfig().load(configuration))
    server.sec.crypto = XMLSecBackend()
    server.sec.sec_backend = RSACrypto(None)
    return server


PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Organisme d’essai</title></head>
<body><h1>Organisme d’essai</h1><form method="post" action="{address}">
<input type="hidden" name="SAMLResponse" value="{answer}">
<button type="submit">Continuer comme {person}</button></form></body></html>"""


class Handler(BaseHTTPRequestHandler):
    folder: Path
    origin: str

    def do_GET(self) -> None:
        query = {
            name: values[0]
            for name, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()
        }
        try:
            body, kind = self._answer(query)
        except Exception as problem:
            # Told to the test's log: the answer itself only says that the request is refused.
            traceback.print_exception(problem)
            self._send(400, b"", "text/plain")
        else:
            self._send(200, body, kind)

    def _answer(self, query: dict[str, str]) -> tuple[bytes, str]:
        if "wanted" in query:
            answer, _ = responded(self.folder, self.origin, query, json.loads(query["wanted"]))
            return base64.b64encode(answer.encode()), "text/plain"
        person = json.loads((self.folder / "person.json").read_text())
        answer, address = responded(self.folder, self.origin, query, person)
        encoded = base64.b64encode(answer.encode()).decode()
        page = PAGE.format(address=escape(address), answer=encoded, person=escape(person["name_id"]))
        return page.encode(), "text/html; charset=utf-8"

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Silent: what matters is in the answers."""


def responded(folder: Path, origin: str, query: dict[str, str], wanted: dict[str, Any]) -> tuple[str, str]:
    """The response as XML, and the address of ours that it goes to."""
    idp = provider(folder, origin, wanted.get("key", "idp"))
    request = idp.parse_authn_request(
        query["SAMLRequest"],
        BINDING_HTTP_REDIRECT,
        relay_state=query.get("RelayState"),
        sigalg=query.get("SigAlg"),
        signature=query.get("Signature"),
    )
    arguments = idp.response_args(request.message)
    sp = wanted.get("audience", arguments["sp_entity_id"])
    response = str(
        idp.create_authn_response(
            wanted.get("attributes", {}),
            in_response_to=wanted.get("in_response_to", arguments["in_response_to"]),
            destination=wanted.get("destination", arguments["destination"]),
            sp_entity_id=sp,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=wanted.get("name_id", "personne-1")),
            authn=PASSWORD_CONTEXT,
            sign_alg=SIG_RSA_SHA1 if wanted.get("weak") else SIG_RSA_SHA256,
            digest_alg=DIGEST_SHA1 if wanted.get("weak") else DIGEST_SHA256,
            sign_assertion=wanted.get("signed", True),
            sign_response=wanted.get("sign_response", False),
            session_not_on_or_after=None,
        )
    )
    return response, arguments["destination"]


@contextmanager
def running_provider(folder: Path, host: str = "127.0.0.1") -> Iterator[Path]:
    """The provider in a process of its own, with a key for our side (`sp.key`, `sp.pem`) beside its own files."""
    make_key(folder, "sp")
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.support.saml_idp", str(folder), host],
        cwd=Path(__file__).resolve().parent.parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit()
        yield folder
    finally:
        process.terminate()
        process.wait(timeout=10)


def main() -> None:
    folder = Path(sys.argv[1])
    for name in ("idp", "next", "stranger"):
        make_key(folder, name)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    Handler.folder = folder
    port = server.server_address[1]
    # Under another name than the site's the browser goes from one site to another, as in real life.
    Handler.origin = f"http://{sys.argv[2] if len(sys.argv) > 2 else '127.0.0.1'}:{port}"
    (folder / "sp.xml").touch()
    for name in ("idp", "next"):
        if (folder / "sp.xml").stat().st_size == 0:
            configuration = provider_description(folder, Handler.origin, name)
            (folder / f"{name}.xml").write_text(configuration)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.serve_forever()


def provider_description(folder: Path, origin: str, key: str) -> str:
    """The provider's own metadata, before it knows ours."""
    configuration = IdPConfig().load(
        {
            "entityid": f"{origin}/metadata",
            "crypto_backend": "XMLSecurity",
            "key_file": str(folder / f"{key}.key"),
            "cert_file": str(folder / f"{key}.pem"),
            "service": {
                "idp": {"endpoints": {"single_sign_on_service": [(f"{origin}/sso", BINDING_HTTP_REDIRECT)]}}
            },
        }
    )
    return str(entity_descriptor(configuration))


if __name__ == "__main__":
    main()
