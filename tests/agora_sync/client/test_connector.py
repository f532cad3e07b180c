"""Our end, against a real listener, then against servers that answer anything."""

import hashlib
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from lxml import etree

from agora_sync.client import AgoraConnector, ExchangeFailure, Malformed, Refused, Unavailable
from agora_sync.enums import TraceKind
from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.mapping.requests import ListFilesRequest, PersonIdentity
from agora_sync.models import Trace
from agora_sync.provider.soap import fault_envelope
from agora_sync.services.traces import opened
from agora_sync.vector.binding import body_digest
from agora_sync.xml import namespaces as ns
from tests.support.agora import create_request, list_request
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.agora_misanswering import Reply, misanswering
from tests.support.factories.accounts import HolderFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("agora_listener")]
REQUEST = ListFilesRequest(uuid4(), PersonIdentity("185017505600149", "Martin"))


@pytest.fixture
def connector() -> AgoraConnector:
    return AgoraConnector(exchange_id=uuid4())


# A good day ---------------------------------------------------------------------------------------
def test_file_created_then_listed_comes_back_as_it_was_sent(
    listener: Listener, agora_side: AgoraSide, connector: AgoraConnector
) -> None:
    with agora_side():
        holder = HolderFactory()
        creation, listing = create_request(holder, nda="94202012345"), list_request(holder)

    created = connector.create_file(creation)
    listed = connector.list_files(listing)

    assert (created.already_existed, created.wire_state) == (False, "DEMANDE")
    assert [item.agora_number for item in listed] == [created.agora_number]
    assert listed[0].facts == creation.facts


def test_each_call_archives_a_new_vector_with_its_request_before_the_answer(
    listener: Listener, agora_side: AgoraSide, connector: AgoraConnector
) -> None:
    with agora_side():
        request = list_request(HolderFactory())

    connector.list_files(request)
    connector.list_files(request)

    traces = list(Trace.objects.filter(exchange_id=connector.exchange_id).order_by("id"))
    assert [trace.kind for trace in traces] == [
        TraceKind.VECTOR_CREATED,
        TraceKind.REQUEST_SENT,
        TraceKind.ANSWER_RECEIVED,
    ] * 2
    vectors = [etree.fromstring(opened(trace.content)).get("ID") for trace in traces[::3]]
    assert len(set(vectors)) == 2
    assert {trace.request_id for trace in traces} == {request.request_id}
    sent, answer = traces[1], traces[2]
    assert hashlib.sha256(opened(sent.content)).hexdigest().encode() in opened(answer.content)


def test_business_refusal_gives_its_code_and_sentence(listener: Listener, connector: AgoraConnector) -> None:
    with pytest.raises(Refused) as refusal:
        connector.list_files(replace(REQUEST, request_id=uuid4()))

    assert refusal.value.code is FaultCode.HOLDER_UNKNOWN
    assert refusal.value.name == "ag:TitulaireInconnu"
    assert "titulaire" in refusal.value.label


# Nobody there -------------------------------------------------------------------------------------
def test_nobody_listening_is_unavailable_and_leaves_the_request_in_the_archive(
    connector: AgoraConnector, settings: Any
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.AGORA_ENDPOINT_URL = f"https://127.0.0.1:{closed.getsockname()[1]}/agora/v1/"

        with pytest.raises(Unavailable):
            connector.list_files(REQUEST)

    kinds = list(Trace.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == [TraceKind.VECTOR_CREATED, TraceKind.REQUEST_SENT]


def test_server_that_our_authority_did_not_certify_is_unavailable(
    listener: Listener, connector: AgoraConnector, settings: Any, tmp_path: Path
) -> None:
    other = tmp_path / "ca.pem"
    other.write_bytes((listener.folder / "self-signed-tls.pem").read_bytes())
    settings.AGORA_TRUSTED_CA = str(other)

    with pytest.raises(Unavailable):
        connector.list_files(REQUEST)


# Bad days -----------------------------------------------------------------------------------------
def answer_with(request_id: UUID, digest: str, **changes: str) -> bytes:
    values = {"identifiantRequete": str(request_id), "empreinteRequete": digest, **changes}
    children = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)
    return (
        f'<s:Envelope xmlns:s="{ns.SOAP}"><s:Body><ConsulterDossiersReponse xmlns="{ns.AGORA}">{children}'
        "</ConsulterDossiersReponse></s:Body></s:Envelope>"
    ).encode()


def sound(request: bytes) -> Reply:
    return Reply(answer_with(REQUEST.request_id, hashlib.sha256(request).hexdigest()))


def other_identifier(request: bytes) -> Reply:
    return Reply(answer_with(uuid4(), hashlib.sha256(request).hexdigest()))


def other_digest(request: bytes) -> Reply:
    return Reply(answer_with(REQUEST.request_id, hashlib.sha256(b"autre").hexdigest()))


def no_digest(request: bytes) -> Reply:
    return Reply(answer_with(REQUEST.request_id, ""))


def unknown_element(request: bytes) -> Reply:
    digest = hashlib.sha256(request).hexdigest()
    return Reply(answer_with(REQUEST.request_id, digest, inattendu="x"))


def html_page(_: bytes) -> Reply:
    return Reply(b"<html><body><p>Bienvenue</body></html>", content_type="text/html")


def json_text(_: bytes) -> Reply:
    return Reply(b'{"ok": true}', content_type="application/json")


def entity_bomb(_: bytes) -> Reply:
    return Reply(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')


def empty_200(_: bytes) -> Reply:
    return Reply(b"")


def proxy_error(_: bytes) -> Reply:
    return Reply(b"<html><body>Bad gateway</body></html>", status=502, content_type="text/html")


def empty_503(_: bytes) -> Reply:
    return Reply(b"", status=503)


def fault(code: FaultCode, **headers: str) -> Callable[[bytes], Reply]:
    content = fault_envelope(SOAPRefusal(code, 3), trace_id="t")
    return lambda _: Reply(content, status=code.http_status, headers=tuple(headers.items()))


def unknown_fault(_: bytes) -> Reply:
    text = fault_envelope(SOAPRefusal(FaultCode.HOLDER_UNKNOWN, 16), trace_id="t")
    return Reply(text.replace(b"TitulaireInconnu", b"CodeDeDemain"), status=500)


def test_sound_answer_of_that_server_is_accepted(connector: AgoraConnector, pki: Path, settings: Any) -> None:
    with misanswering(pki, sound) as address:
        settings.AGORA_ENDPOINT_URL = address

        assert connector.list_files(REQUEST) == []


@pytest.mark.parametrize(
    "reply",
    [
        other_identifier,
        other_digest,
        no_digest,
        unknown_element,
        html_page,
        json_text,
        entity_bomb,
        empty_200,
    ],
)
def test_answer_that_is_not_ours_or_not_an_answer_is_malformed(
    connector: AgoraConnector, pki: Path, settings: Any, reply: Callable[[bytes], Reply]
) -> None:
    assert outcome(connector, pki, settings, reply, Malformed)


@pytest.mark.parametrize(
    "reply",
    [
        proxy_error,
        empty_503,
        fault(FaultCode.SERVICE_INTERRUPTED),
        fault(FaultCode.OVERLOAD),
        fault(FaultCode.TRACES_UNAVAILABLE),
        fault(FaultCode.INTERNAL),
    ],
)
def test_answer_that_says_not_now_is_unavailable(
    connector: AgoraConnector, pki: Path, settings: Any, reply: Callable[[bytes], Reply]
) -> None:
    assert outcome(connector, pki, settings, reply, Unavailable)


def test_time_to_come_back_is_read_from_the_answer(
    connector: AgoraConnector, pki: Path, settings: Any
) -> None:
    reply = fault(FaultCode.SERVICE_INTERRUPTED, **{"Retry-After": "120"})

    failure = outcome(connector, pki, settings, reply, Unavailable)

    assert isinstance(failure, Unavailable)
    assert failure.retry_after_seconds == 120


def test_code_of_a_later_contract_is_a_refusal_without_a_known_code(
    connector: AgoraConnector, pki: Path, settings: Any
) -> None:
    failure = outcome(connector, pki, settings, unknown_fault, Refused)

    assert isinstance(failure, Refused)
    assert (failure.code, failure.name) == (None, "ag:CodeDeDemain")


def outcome(
    connector: AgoraConnector,
    pki: Path,
    settings: Any,
    reply: Callable[[bytes], Reply],
    family: type[ExchangeFailure],
) -> ExchangeFailure:
    with misanswering(pki, reply) as address:
        settings.AGORA_ENDPOINT_URL = address
        with pytest.raises(ExchangeFailure) as failure:
            connector.list_files(REQUEST)
    assert type(failure.value) is family, failure.value
    return failure.value


# Other versions, other agreements -----------------------------------------------------------------
def test_connector_speaks_the_version_of_the_settings(
    listener: Listener, agora_side: AgoraSide, settings: Any
) -> None:
    with agora_side():
        holder = HolderFactory()
        creation, listing = create_request(holder, place="Corte"), list_request(holder)
    settings.AGORA_CONTRACT_VERSION = "v2"
    settings.AGORA_ENDPOINT_URL = listener.url.replace("/v1/", "/v2/")
    connector = AgoraConnector(exchange_id=uuid4())

    connector.create_file(creation)
    listed = connector.list_files(listing)

    assert listed[0].facts == creation.facts
    sent = Trace.objects.filter(exchange_id=connector.exchange_id, kind=TraceKind.REQUEST_SENT).first()
    assert sent is not None
    assert b"localite" in opened(sent.content)


def test_connector_binds_the_vector_to_the_body_where_it_was_agreed(
    listener: Listener, agora_side: AgoraSide, settings: Any
) -> None:
    with agora_side():
        request = list_request(HolderFactory())
    settings.AGORA_BIND_BODY = True
    connector = AgoraConnector(exchange_id=uuid4())

    connector.list_files(request)

    vector, sent, _ = Trace.objects.filter(exchange_id=connector.exchange_id).order_by("id")
    body = etree.fromstring(opened(sent.content)).find(ns.soap("Body"))
    assert body is not None
    digest = etree.fromstring(opened(vector.content)).findtext(
        f".//{ns.saml('Attribute')}[@Name='EmpreinteCorps']/{ns.saml('AttributeValue')}"
    )
    assert digest == body_digest(body[0])
