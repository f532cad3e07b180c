from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.permissions import is_holder
from accounts.selectors.holders import holder_of
from agora_sync.services.inbox import request_pull
from cpa_portal.kernel.access import requires


@requires(is_holder)
@require_POST
def holder_pull(request: HttpRequest) -> HttpResponse:
    """The person asks for what AGORA knows of their files; it comes within seconds."""
    holder = holder_of(request.user)  # type: ignore[arg-type]
    assert holder is not None
    request_pull(holder=holder)
    messages.info(
        request,
        "Nous demandons à AGORA vos dossiers ouverts ailleurs. Ils apparaîtront ici dans quelques secondes : "
        "rechargez la page pour les voir.",
    )
    return redirect("rights:file_list")
