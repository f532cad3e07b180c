"""The address that partners call, one for each version of the contract, and the contract read from the same place."""

from django.core.exceptions import TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from agora_sync import contract
from agora_sync.contract import Version, dictionary
from agora_sync.provider.call import read_call
from agora_sync.provider.exchange import Answer, handle_call
from cpa_portal.kernel.access import public

XML_TYPE = "text/xml; charset=utf-8"


# Neither session nor cookie here: the caller is known by its TLS certificate, which no page can borrow.
@csrf_exempt
@public
def endpoint(request: HttpRequest, version: Version) -> HttpResponse:
    """`?wsdl`, `?xsd=` and `?items` (dictionary) give the contract; everything else is an exchange, refused or not."""
    wanted = asked_of_contract(request)
    if wanted.keys() & {"wsdl", "xsd", "items"}:
        return _contract(request, wanted, version)
    return _response(handle_call(read_call(request, version)))


def asked_of_contract(request: HttpRequest) -> dict[str, str]:
    """What a reader asks by the address, names in lower case; nothing for a call."""
    if request.method not in {"GET", "HEAD"}:
        return {}
    try:
        return {name.lower(): str(value) for name, value in request.GET.items()}
    except TooManyFieldsSent:
        # Nobody reads the contract so: a call like any other, traced before it is refused.
        return {}


def _contract(request: HttpRequest, wanted: dict[str, str], version: Version) -> HttpResponse:
    if "items" in wanted:
        return HttpResponse(dictionary.as_csv(version), content_type="text/csv; charset=utf-8")
    # The host was checked against ALLOWED_HOSTS; this listener and its proxy only speak TLS.
    address = f"https://{request.get_host()}{request.path}"
    try:
        content = (
            contract.served_schema(wanted["xsd"], address, version)
            if "xsd" in wanted
            else contract.served_wsdl(address, version)
        )
    except contract.UnknownSchema:
        raise Http404 from None
    return HttpResponse(content, content_type=XML_TYPE)


def _response(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.content, status=answer.status, content_type=XML_TYPE)
    if answer.retry_after_seconds is not None:
        response["Retry-After"] = str(answer.retry_after_seconds)
    if answer.status == 405:
        response["Allow"] = "POST"
    return response
