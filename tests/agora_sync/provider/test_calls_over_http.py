"""What HTTP brings around a message: nothing of it keeps a call from being traced."""

from typing import Any

import pytest
from django.test import Client

from agora_sync.enums import TraceKind
from agora_sync.models import Exchange, Trace
from tests.support.agora import read_fault


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/agora/v1/", "/agora/v2/", "/agora-local/v1/"])
@pytest.mark.parametrize("method", ["post", "get"])
def test_call_with_a_crowd_of_parameters_is_traced_and_refused_like_any_other(
    client: Client, settings: Any, address: str, method: str
) -> None:
    settings.ROOT_URLCONF = "cpa_portal.urls_gateway" if "local" in address else "cpa_portal.urls_agora"
    settings.MIDDLEWARE = []
    crowd = "&".join(["a"] * 1_001)

    answer = getattr(client, method)(f"{address}?{crowd}")

    assert answer.status_code == {"post": 415, "get": 405}[method]
    exchange = Exchange.objects.get()
    assert exchange.fault_code == {"post": "ag:TypeContenu", "get": "ag:MethodeInterdite"}[method]
    kinds = Trace.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [TraceKind.REQUEST_RECEIVED, TraceKind.ANSWER_SENT]
    if address != "/agora/v2/":
        fault = read_fault(answer.content)
        assert fault is not None
        assert fault.details[0]["idTrace"] == str(exchange.pk)
