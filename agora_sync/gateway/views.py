"""The one address that local systems call, and its contract read from the same place."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from agora_sync import contract
from agora_sync.contract import local
from agora_sync.gateway.exchange import handle_local_call
from agora_sync.provider.call import read_call
from agora_sync.provider.views import XML_TYPE, asked_of_contract
from cpa_portal.kernel.access import public


# Neither session nor cookie here: the caller is known by its TLS certificate, which no page can borrow.
@csrf_exempt
@public
def local_endpoint(request: HttpRequest) -> HttpResponse:
    """`?wsdl` and `?xsd=` give the contract; everything else is a call, refused or not."""
    wanted = asked_of_contract(request)
    if wanted.keys() & {"wsdl", "xsd"}:
        return _contract(request, wanted)
    answer = handle_local_call(read_call(request, contract.Version.V1))
    response = HttpResponse(answer.content, status=answer.status, content_type=XML_TYPE)
    response["X-Agora-Trace"] = str(answer.trace_id)
    told = {
        "X-Agora-Requete": str(answer.request_id or ""),
        "X-Agora-Empreinte": answer.sent_digest,
        "Retry-After": answer.retry_after,
    }
    for name, value in told.items():
        if value:
            response[name] = value
    return response


def _contract(request: HttpRequest, wanted: dict[str, str]) -> HttpResponse:
    # The host was checked against ALLOWED_HOSTS; this listener and its proxy only speak TLS.
    address = f"https://{request.get_host()}{request.path}"
    try:
        content = (
            local.served_schema(wanted["xsd"], address) if "xsd" in wanted else local.served_wsdl(address)
        )
    except contract.UnknownSchema:
        raise Http404 from None
    return HttpResponse(content, content_type=XML_TYPE)
