"""The listener as callers meet it: real TLS, real certificates, real faults."""

from urllib.parse import quote

import pytest
import requests

from agora_sync.models import Trace
from rights.models import TrainingFile
from tests.support.agora import Caller, create_request, operation_of, read_answer, read_fault
from tests.support.agora_listener import Listener
from tests.support.factories.accounts import HolderFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("agora_listener")]


def post(
    listener: Listener, content: bytes, *, action: str, certificate: str | None, **headers: str
) -> requests.Response:
    names = (f"{certificate}.pem", f"{certificate}.key")
    return requests.post(
        listener.url,
        data=content,
        headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"', **headers},
        cert=tuple(str(listener.folder / name) for name in names) if certificate else None,
        verify=str(listener.folder / "ca.pem"),
        timeout=20,
    )


def test_registered_certificate_gets_an_answer_bound_to_its_request(
    listener: Listener, caller: Caller
) -> None:
    request = create_request(HolderFactory())

    response = post(
        listener, caller.content(request), action=operation_of(request).soap_action, certificate="partner-tls"
    )

    assert response.status_code == 200, response.text
    assert read_answer(response.content)["identifiantRequete"] == str(request.request_id)
    assert TrainingFile.objects.count() == 1


def test_call_without_certificate_gets_a_fault_and_a_trace(listener: Listener, caller: Caller) -> None:
    request = create_request(HolderFactory())

    response = post(
        listener, caller.content(request), action=operation_of(request).soap_action, certificate=None
    )

    fault = read_fault(response.content)
    assert fault is not None
    assert (response.status_code, fault.name) == (500, "ag:CanalNonAuthentifie")
    assert Trace.objects.count() == 2
    assert not TrainingFile.objects.exists()


@pytest.mark.parametrize(
    "header", ["X-SSL-Client-Cert", "X-Client-Cert", "Cpa.Client_Certificate", "SSL-CLIENT-CERT"]
)
def test_certificate_in_a_header_of_the_caller_opens_nothing(
    listener: Listener, caller: Caller, header: str
) -> None:
    request = create_request(HolderFactory())
    certificate = quote((listener.folder / "partner-tls.pem").read_text())

    response = post(
        listener,
        caller.content(request),
        action=operation_of(request).soap_action,
        certificate=None,
        **{header: certificate},
    )

    fault = read_fault(response.content)
    assert fault is not None
    assert fault.name == "ag:CanalNonAuthentifie"


@pytest.mark.parametrize("certificate", ["self-signed-tls", "expired-partner-tls"])
def test_untrusted_or_expired_certificate_ends_in_a_tls_alert(
    listener: Listener, caller: Caller, certificate: str
) -> None:
    request = create_request(HolderFactory())

    with pytest.raises(requests.exceptions.RequestException) as refused:
        post(
            listener,
            caller.content(request),
            action=operation_of(request).soap_action,
            certificate=certificate,
        )

    assert "alert" in str(refused.value)
    assert not Trace.objects.exists()
