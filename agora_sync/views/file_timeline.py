from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.services.access_log import record_consultation
from accounts.views.requests import user_of
from agora_sync.permissions import can_follow_exchanges
from agora_sync.selectors.conflicts import conflicts_of_file
from agora_sync.selectors.file_timeline import file_timeline, followed_file
from cpa_portal.kernel.access import requires


@requires(can_follow_exchanges)
@require_safe
def file_history(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """One file through every system. The consultation is written before it is shown."""
    user = user_of(request)
    training_file = followed_file(user, file_id)
    if training_file is None:
        raise Http404
    record_consultation(
        actor=user,
        holder=training_file.holder,
        purpose="Suivi d’un échange avec AGORA",
        what="Nom, dossier de formation et tout ce qui lui est arrivé",
    )
    context = {
        "file": training_file,
        "moments": file_timeline(user, training_file),
        "conflicts": conflicts_of_file(user, training_file.pk),
    }
    return render(request, "agora_sync/file_history.html", context)
