"""The listener as callers meet it: real TLS, real certificates, real faults."""

import hashlib
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
import zeep

from accounts.services.holders import find_holder_by_nir
from agora_sync.contract import Operation
from agora_sync.enums import TraceKind
from agora_sync.mapping.requests import CreateFileRequest, request_values
from agora_sync.models import Trace
from agora_sync.provider.call import KEPT_OF_TOO_LARGE_BYTES, MAX_BODY_BYTES
from rights.models import TrainingFile
from tests.support.agora import Caller, create_request, read_answer, read_fault
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.factories.accounts import HolderFactory

# No mark for the database: the portal's is not touched, AGORA's is opened by `agora_side`.
pytestmark = pytest.mark.xdist_group("agora_listener")


@pytest.fixture
def partner(pki: Path) -> Caller:
    return Caller(pki)


@pytest.fixture
def request_of_holder(agora_side: AgoraSide) -> CreateFileRequest:
    with agora_side():
        return create_request(HolderFactory())


def test_registered_certificate_gets_an_answer_bound_to_its_request(
    listener: Listener, agora_side: AgoraSide, partner: Caller, request_of_holder: CreateFileRequest
) -> None:
    content = partner.content(request_of_holder)

    response = post(listener, content, certificate="partner-tls")

    assert response.status_code == 200, response.text
    told = read_answer(response.content)
    assert told["identifiantRequete"] == str(request_of_holder.request_id)
    assert told["empreinteRequete"] == hashlib.sha256(content).hexdigest()
    with agora_side():
        assert TrainingFile.objects.filter(agora_number=told["numeroDossier"]).count() == 1


def test_call_in_chunks_is_read_whole(
    listener: Listener, partner: Caller, request_of_holder: CreateFileRequest
) -> None:
    content = partner.content(request_of_holder)

    response = post(listener, iter([content[:1000], content[1000:]]), certificate="partner-tls")

    assert response.status_code == 200, response.text
    assert read_answer(response.content)["empreinteRequete"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("framing", "wanted"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\nzz\r\n", "ag:XMLMalForme"),
        (b"Transfer-Encoding: gzip, chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n", "ag:Encodage"),
    ],
    ids=["chunks that are none", "coding of the transfer"],
)
def test_whole_message_in_a_broken_frame_is_refused_and_traced(
    listener: Listener,
    agora_side: AgoraSide,
    partner: Caller,
    request_of_holder: CreateFileRequest,
    framing: bytes,
    wanted: str,
) -> None:
    content = partner.content(request_of_holder)

    fault = read_fault(sent_raw(listener, framing % (len(content), content)))

    assert fault is not None
    assert fault.name == wanted
    with agora_side():
        assert not files_of(request_of_holder)
        assert Trace.objects.filter(exchange_id=fault.details[0]["idTrace"]).count() == 2


def test_call_without_certificate_gets_a_fault_and_a_trace(
    listener: Listener, agora_side: AgoraSide, partner: Caller, request_of_holder: CreateFileRequest
) -> None:
    response = post(listener, partner.content(request_of_holder), certificate=None)

    assert response.status_code == 500
    assert fault_of(response) == "ag:CanalNonAuthentifie"
    with agora_side():
        traces = Trace.objects.filter(exchange_id=trace_of(response)).order_by("id")
        assert [trace.kind for trace in traces] == [TraceKind.REQUEST_RECEIVED, TraceKind.ANSWER_SENT]
        assert not files_of(request_of_holder)


def test_revoked_certificate_gets_a_fault(
    listener: Listener, partner: Caller, request_of_holder: CreateFileRequest
) -> None:
    response = post(listener, partner.content(request_of_holder), certificate="revoked-partner-tls")

    assert fault_of(response) == "ag:CanalNonAuthentifie"


@pytest.mark.parametrize(
    "header", ["X-SSL-Client-Cert", "X-Client-Cert", "Cpa.Client_Certificate", "cpa.client_certificate"]
)
def test_certificate_in_a_header_of_the_caller_opens_nothing(
    listener: Listener, partner: Caller, request_of_holder: CreateFileRequest, header: str
) -> None:
    certificate = quote((listener.folder / "partner-tls.pem").read_text())

    response = post(listener, partner.content(request_of_holder), certificate=None, **{header: certificate})

    assert fault_of(response) == "ag:CanalNonAuthentifie"


def test_header_of_the_caller_never_replaces_its_certificate(
    listener: Listener, pki: Path, request_of_holder: CreateFileRequest
) -> None:
    forged = quote((listener.folder / "partner-tls.pem").read_text())

    response = post(
        listener,
        Caller(pki).content(request_of_holder),
        certificate="other-partner-tls",
        **{"X-SSL-Client-Cert": forged},
    )

    assert fault_of(response) == "wsse:FailedCheck"


@pytest.mark.parametrize("certificate", ["self-signed-tls", "expired-partner-tls"])
def test_untrusted_or_expired_certificate_ends_in_a_tls_alert(
    listener: Listener,
    agora_side: AgoraSide,
    partner: Caller,
    request_of_holder: CreateFileRequest,
    certificate: str,
) -> None:
    with agora_side():
        traces_before = Trace.objects.count()

    with pytest.raises(requests.exceptions.RequestException) as refused:
        post(listener, partner.content(request_of_holder), certificate=certificate)

    assert "alert" in str(refused.value)
    with agora_side():
        assert Trace.objects.count() == traces_before


def test_body_beyond_the_limit_is_refused_before_being_read_whole(
    listener: Listener, agora_side: AgoraSide, partner: Caller
) -> None:
    response = post(listener, b" " * (MAX_BODY_BYTES + 1), certificate="partner-tls")

    assert (response.status_code, fault_of(response)) == (413, "ag:TailleMaximale")
    with agora_side():
        reception = Trace.objects.get(kind=TraceKind.REQUEST_RECEIVED, exchange_id=trace_of(response))
        assert reception.content_length == KEPT_OF_TOO_LARGE_BYTES


def test_get_without_question_is_refused_as_a_call(listener: Listener) -> None:
    response = get(listener, "")

    assert (response.status_code, fault_of(response), response.headers["Allow"]) == (
        405,
        "ag:MethodeInterdite",
        "POST",
    )


def test_contract_is_served_at_the_address_called(listener: Listener) -> None:
    wsdl = get(listener, "?wsdl")

    assert wsdl.status_code == 200
    assert f'location="{listener.url}"'.encode() in wsdl.content
    schema = get(listener, "?xsd=operations.xsd")
    assert f'schemaLocation="{listener.url}?xsd=types.xsd"'.encode() in schema.content
    assert get(listener, "?xsd=../../etc/passwd").status_code == 404
    items = get(listener, "?items")
    assert (items.status_code, items.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert "complement/situationEntree/niveau" in items.text


@pytest.mark.parametrize("path", ["/", "/admin/", "/healthz", "/agora/v3/", "/tableau-de-bord/"])
def test_listener_serves_nothing_else(listener: Listener, path: str) -> None:
    response = requests.get(
        f"https://127.0.0.1:{listener.port}{path}", verify=str(listener.folder / "ca.pem"), timeout=20
    )

    assert response.status_code == 404


def test_ordinary_soap_client_loads_the_served_contract_and_calls(
    listener: Listener, partner: Caller, request_of_holder: CreateFileRequest
) -> None:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(listener.folder / "ca.pem")
    session.cert = (str(listener.folder / "partner-tls.pem"), str(listener.folder / "partner-tls.key"))
    client = zeep.Client(f"{listener.url}?wsdl", transport=zeep.Transport(session=session))

    answer = client.service.CreerDossier(
        **request_values(request_of_holder), _soapheaders=[partner.assertion().security_header()]
    )

    assert answer.preexistant is False


def post(
    listener: Listener, content: bytes | Iterator[bytes], *, certificate: str | None, **headers: str
) -> requests.Response:
    names = (f"{certificate}.pem", f"{certificate}.key")
    action = Operation.CREATE_FILE.soap_action
    return requests.post(
        listener.url,
        data=content,
        headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"', **headers},
        cert=tuple(str(listener.folder / name) for name in names) if certificate else None,
        verify=str(listener.folder / "ca.pem"),
        timeout=20,
    )


def sent_raw(listener: Listener, rest: bytes) -> bytes:
    """What is answered to a call whose headers and body end with `rest`, as no HTTP library would write it."""
    context = ssl.create_default_context(cafile=str(listener.folder / "ca.pem"))
    context.load_cert_chain(listener.folder / "partner-tls.pem", listener.folder / "partner-tls.key")
    start = (
        f"POST /agora/v1/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: text/xml\r\n"
        f"SOAPAction: {Operation.CREATE_FILE.soap_action}\r\n"
    )
    with (
        socket.create_connection(("127.0.0.1", listener.port), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as channel,
    ):
        channel.sendall(start.encode() + rest)
        answer = HTTPResponse(channel)
        answer.begin()
        return answer.read()


def get(listener: Listener, query: str) -> requests.Response:
    return requests.get(f"{listener.url}{query}", verify=str(listener.folder / "ca.pem"), timeout=20)


def files_of(request: CreateFileRequest) -> list[TrainingFile]:
    return list(TrainingFile.objects.filter(holder=find_holder_by_nir(request.person.nir)))


def trace_of(response: requests.Response) -> str:
    fault = read_fault(response.content)
    assert fault is not None
    return fault.details[0]["idTrace"]


def fault_of(response: requests.Response) -> str:
    fault = read_fault(response.content)
    assert fault is not None, response.text
    return fault.name
