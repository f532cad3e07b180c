"""An identity provider that is not ours: pysaml2, in a process of its own, on loopback.

`python -m tests.support.saml_idp FOLDER` reads `FOLDER/sp.xml` (our metadata), makes its key, writes `FOLDER/idp.xml`,
prints its port and answers `/sso`: it checks the signature of the request, then returns the signed response in base64.
What the response says and how it errs is asked for in the query, which stands for the people and clocks over there.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import sys
import traceback
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


def provider(folder: Path, port: int, key: str = "idp") -> Server:
    origin = f"http://127.0.0.1:{port}"
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


class Handler(BaseHTTPRequestHandler):
    folder: Path

    def do_GET(self) -> None:
        query = {
            name: values[0]
            for name, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()
        }
        port = self.server.server_address[1]
        try:
            answer = responded(self.folder, port, query)
        except Exception as problem:
            # Told to the test's log: the answer itself only says that the request is refused.
            traceback.print_exception(problem)
            self._send(400, b"")
        else:
            self._send(200, base64.b64encode(answer.encode()))

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Silent: what matters is in the answers."""


def responded(folder: Path, port: int, query: dict[str, str]) -> str:
    wanted = json.loads(query.get("wanted", "{}"))
    idp = provider(folder, port, wanted.get("key", "idp"))
    request = idp.parse_authn_request(
        query["SAMLRequest"],
        BINDING_HTTP_REDIRECT,
        relay_state=query.get("RelayState"),
        sigalg=query.get("SigAlg"),
        signature=query.get("Signature"),
    )
    arguments = idp.response_args(request.message)
    sp = wanted.get("audience", arguments["sp_entity_id"])
    return str(
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


def main() -> None:
    folder = Path(sys.argv[1])
    for name in ("idp", "next", "stranger"):
        make_key(folder, name)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    Handler.folder = folder
    port = server.server_address[1]
    (folder / "sp.xml").touch()
    for name in ("idp", "next"):
        if (folder / "sp.xml").stat().st_size == 0:
            configuration = provider_description(folder, port, name)
            (folder / f"{name}.xml").write_text(configuration)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.serve_forever()


def provider_description(folder: Path, port: int, key: str) -> str:
    """The provider's own metadata, before it knows ours."""
    origin = f"http://127.0.0.1:{port}"
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
