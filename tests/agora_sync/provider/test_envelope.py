"""Steps 2, 5, 6 and 15: HTTP, XML, SOAP and the contract, before and after the vector."""

import socket
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory
from lxml import etree

from agora_sync.contract import Operation, Version
from agora_sync.mapping.requests import CreateFileRequest
from agora_sync.models import Trace
from agora_sync.provider.call import read_call
from agora_sync.provider.exchange import handle_call
from agora_sync.services.traces import opened
from agora_sync.xml import namespaces as ns
from rights.models import TrainingFile
from tests.agora_sync.provider.conftest import Refused
from tests.support.agora import Caller, body_of, create_request, envelope, read_fault
from tests.support.agora_assertions import security_header
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(caller: Caller) -> CreateFileRequest:
    return create_request(HolderFactory())


@pytest.fixture
def content(caller: Caller, request_: CreateFileRequest) -> bytes:
    return caller.content(request_)


# Step 2 -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"method": "GET", "body": b""}, 405, "ag:MethodeInterdite"),
        ({"method": "PUT"}, 405, "ag:MethodeInterdite"),
        ({"content_type": "application/json"}, 415, "ag:TypeContenu"),
        ({"content_type": "application/soap+xml"}, 415, "ag:TypeContenu"),
        ({"content_type": ""}, 415, "ag:TypeContenu"),
        ({"content_type": "multipart/related; type=text/xml"}, 415, "ag:TypeContenu"),
        ({"is_too_large": True}, 413, "ag:TailleMaximale"),
        ({"content_encoding": "gzip"}, 415, "ag:Encodage"),
        ({"content_type": "text/xml; charset=iso-8859-1"}, 415, "ag:Encodage"),
        ({"body": "<a>é</a>".encode("latin-1")}, 415, "ag:Encodage"),
        ({"body": "<a>é</a>".encode("utf-16")}, 415, "ag:Encodage"),
        ({"body": b'<?xml version="1.0" encoding="ISO-8859-1"?><a/>'}, 415, "ag:Encodage"),
    ],
)
def test_http_form_is_checked_first(
    caller: Caller, content: bytes, refused: Refused, changes: dict[str, Any], status: int, code: str
) -> None:
    call = caller.call_of(content, Operation.CREATE_FILE, **changes)

    assert refused(call).name == code
    assert Trace.objects.latest("id").http_status == status


# Step 5 -------------------------------------------------------------------------------------------
BOMB = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;">]><b>&c;</b>'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "ag:XMLMalForme"),
        (b"{}", "ag:XMLMalForme"),
        (b"<a><b></a>", "ag:XMLMalForme"),
        (b"<a>&inconnue;</a>", "ag:XMLMalForme"),
        (b"<a>" * 300 + b"</a>" * 300, "ag:XMLMalForme"),
        (b"<a>" * 100 + b"</a>" * 100, "ag:XMLMalForme"),
        (b'<a xmlns:x="relatif"><x:b/></a>', "ag:XMLMalForme"),
        (b"<!DOCTYPE a><a/>", "ag:DTDInterdite"),
        (
            b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
            "ag:DTDInterdite",
        ),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]><a>&x;</a>', "ag:DTDInterdite"),
        (b"\xef\xbb\xbf<!DOCTYPE a><a/>", "ag:DTDInterdite"),
        (BOMB, "ag:DTDInterdite"),
    ],
)
def test_document_that_is_not_plain_xml(caller: Caller, refused: Refused, body: bytes, code: str) -> None:
    assert refused(caller.call_of(body, Operation.CREATE_FILE)).name == code


def test_truncated_message(caller: Caller, content: bytes, refused: Refused) -> None:
    assert refused(caller.call_of(content[:-40], Operation.CREATE_FILE)).name == "ag:XMLMalForme"


@pytest.mark.parametrize("odd", [b"<!-- x -->", b"<?x y?>"])
def test_comment_or_instruction_in_the_header(
    caller: Caller, content: bytes, refused: Refused, odd: bytes
) -> None:
    altered = content.replace(b"<saml:NameID>", b"<saml:NameID>" + odd)

    assert refused(caller.call_of(altered, Operation.CREATE_FILE)).name == "ag:XMLMalForme"


# Step 6 -------------------------------------------------------------------------------------------
def test_soap_1_2_envelope(caller: Caller, content: bytes, refused: Refused) -> None:
    other = content.replace(ns.SOAP.encode(), b"http://www.w3.org/2003/05/soap-envelope")

    assert refused(caller.call_of(other, Operation.CREATE_FILE)).name == "soap:VersionMismatch"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</soapenv:Envelope>", b"<soapenv:Body/></soapenv:Envelope>"),
        (b"<soapenv:Header>", b"<soapenv:Header/><soapenv:Header>"),
        (b"</soapenv:Envelope>", b"<a xmlns='urn:a'/></soapenv:Envelope>"),
        (b"</soapenv:Body>", b"<a xmlns='urn:a'/></soapenv:Body>"),
        (b"<soapenv:Body>", b"texte<soapenv:Body>"),
        (b"<soapenv:Body>", b"<soapenv:Body>texte"),
    ],
)
def test_envelope_of_another_form(
    caller: Caller, content: bytes, refused: Refused, old: bytes, new: bytes
) -> None:
    altered = content.replace(old, new)

    assert altered != content
    assert refused(caller.call_of(altered, Operation.CREATE_FILE)).name == "ag:EnveloppeInvalide"


def test_document_that_is_no_envelope(caller: Caller, refused: Refused) -> None:
    assert refused(caller.call_of(b"<a/>", Operation.CREATE_FILE)).name == "ag:EnveloppeInvalide"


def test_unknown_compulsory_header(caller: Caller, request_: CreateFileRequest, refused: Refused) -> None:
    unknown = etree.fromstring(f'<x xmlns="urn:x" xmlns:s="{ns.SOAP}" s:mustUnderstand="1">à comprendre</x>')
    content = envelope(body_of(request_), caller.assertion().security_header(), unknown)

    assert refused(caller.call_of(content, Operation.CREATE_FILE)).name == "soap:MustUnderstand"


def test_unknown_header_that_is_not_compulsory_passes(caller: Caller, request_: CreateFileRequest) -> None:
    unknown = etree.fromstring('<x xmlns="urn:x">facultatif</x>')
    content = envelope(body_of(request_), caller.assertion().security_header(), unknown)

    assert handle_call(caller.call_of(content, Operation.CREATE_FILE)).status == 200


@pytest.mark.parametrize(
    "action", ["", '""', '"urn:cpa:agora:1:DeclarerEntree"', "ConsulterDossiers", "urn:autre:CreerDossier"]
)
def test_action_unlike_the_body(caller: Caller, content: bytes, refused: Refused, action: str) -> None:
    call = caller.call_of(content, Operation.CREATE_FILE, soap_action=action)

    assert refused(call).name == "ag:OperationIncoherente"


@pytest.mark.parametrize("action", ["CreerDossier", '"CreerDossier"', "urn:cpa:agora:1:CreerDossier"])
def test_action_without_quotes_or_namespace_passes(caller: Caller, content: bytes, action: str) -> None:
    assert handle_call(caller.call_of(content, Operation.CREATE_FILE, soap_action=action)).status == 200


def test_operation_that_the_contract_does_not_have(caller: Caller, refused: Refused) -> None:
    body = etree.Element(ns.agora("DetruireDossier"))
    content = envelope(body, caller.assertion().security_header())
    call = caller.call_of(content, Operation.CREATE_FILE, soap_action="DetruireDossier")

    assert refused(call).name == "ag:OperationIncoherente"


# Step 15 ------------------------------------------------------------------------------------------
def test_every_error_of_the_body_is_told_with_its_path(
    caller: Caller, request_: CreateFileRequest, refused: Refused
) -> None:
    body = body_of(request_)
    wrong = {"identifiantRequete": "abc", "dateDebut": "13/04/2026", "prix": "12,50", "typeFinanceur": "99"}
    formation = body.find(ns.agora("formation"))
    assert formation is not None
    funding = etree.SubElement(formation, ns.agora("financement"))
    etree.SubElement(funding, ns.agora("typeFinanceur"))
    etree.SubElement(funding, ns.agora("montant")).text = "1"
    for name, value in wrong.items():
        next(body.iter(ns.agora(name))).text = value
    content = envelope(body, caller.assertion().security_header())

    fault = refused(caller.call_of(content, Operation.CREATE_FILE))

    assert fault.name == "ag:SchemaInvalide"
    assert {detail["chemin"] for detail in fault.details} == {
        "/CreerDossier/identifiantRequete",
        "/CreerDossier/formation/dateDebut",
        "/CreerDossier/formation/prix",
        "/CreerDossier/formation/financement/typeFinanceur",
    }


@pytest.mark.parametrize("price", ["-1", "1e9", "12,50", "1.234", "", "NaN", "10000000"])
def test_price_that_is_no_amount_breaks_the_contract(
    caller: Caller, request_: CreateFileRequest, refused: Refused, price: str
) -> None:
    body = body_of(request_)
    next(body.iter(ns.agora("prix"))).text = price
    content = envelope(body, caller.assertion().security_header())

    fault = refused(caller.call_of(content, Operation.CREATE_FILE))

    assert fault.name == "ag:SchemaInvalide"
    assert [detail["chemin"] for detail in fault.details] == ["/CreerDossier/formation/prix"]


def test_wrong_value_is_in_the_trace_and_not_on_the_wire(
    caller: Caller, request_: CreateFileRequest, refused: Refused
) -> None:
    body = body_of(request_)
    next(body.iter(ns.agora("dateDebut"))).text = "valeur-secrete"
    content = envelope(body, caller.assertion().security_header())

    fault = refused(caller.call_of(content, Operation.CREATE_FILE))

    assert "valeur-secrete" not in str(fault)
    reception = Trace.objects.order_by("id").first()
    assert reception is not None
    assert b"valeur-secrete" in opened(reception.content)


def test_schema_named_by_the_message_is_not_fetched(caller: Caller, request_: CreateFileRequest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somewhere:
        somewhere.setblocking(False)
        address = f"http://127.0.0.1:{somewhere.getsockname()[1]}/autre.xsd"
        body = body_of(request_)
        body.set("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", f"{ns.AGORA} {address}")
        content = envelope(body, caller.assertion().security_header())

        answer = handle_call(caller.call_of(content, Operation.CREATE_FILE))

        with pytest.raises(BlockingIOError):
            somewhere.accept()
    assert answer.status == 200


def test_comment_in_a_value_of_the_body_does_not_cut_it(caller: Caller, request_: CreateFileRequest) -> None:
    body = body_of(request_)
    title = next(body.iter(ns.agora("intitule")))
    title.text = "Soudeur"
    comment = etree.Comment("x")
    comment.tail = " industriel"
    title.append(comment)
    content = envelope(body, caller.assertion().security_header())

    handle_call(caller.call_of(content, Operation.CREATE_FILE))

    assert TrainingFile.objects.get().title == "Soudeur industriel"


def test_empty_security_header_is_seen_after_the_envelope(
    caller: Caller, request_: CreateFileRequest, refused: Refused
) -> None:
    content = envelope(body_of(request_), security_header(None))
    call = caller.call_of(content, Operation.CREATE_FILE, soap_action="ConsulterDossiers")

    assert refused(call).name == "ag:OperationIncoherente"


@pytest.mark.parametrize("announced", [1, 50, 10_000_000])
def test_message_shorter_than_announced_is_not_served(
    caller: Caller, request_: CreateFileRequest, announced: int
) -> None:
    """A whole document all the same: the connection may have been cut in the middle of something else."""
    call = caller.call(request_)
    request = RequestFactory().post(
        "/agora/v1/", call.body, content_type=call.content_type, headers={"SOAPAction": call.soap_action}
    )
    request.META["wsgi.input"] = BytesIO(call.body)
    request.META["CONTENT_LENGTH"] = str(len(call.body) + announced)

    received = replace(read_call(request, Version.V1), client_certificate=call.client_certificate)
    answer = handle_call(received)

    assert received.body == call.body
    fault = read_fault(answer.content)
    assert fault is not None
    assert fault.name == "ag:XMLMalForme"
    assert not TrainingFile.objects.exists()
