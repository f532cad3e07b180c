"""Which field of ours feeds which item of the contract, which event sends what, and how that changed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agora_sync.mapping.correspondence import as_csv, triggers
from agora_sync.models import CorrespondenceVersion
from agora_sync.permissions import can_follow_exchanges
from agora_sync.selectors.correspondences import difference, is_kept, messages_fed, versions
from agora_sync.views.sheets import csv_attachment
from cpa_portal.kernel.access import requires


@requires(can_follow_exchanges)
@require_safe
def correspondence_table(request: HttpRequest) -> HttpResponse:
    """The table as the code has it now, and the versions that were kept."""
    kept = versions()
    context = {
        "triggers": triggers(),
        "messages_fed": list(messages_fed()),
        "versions": kept,
        "is_kept": is_kept(kept[0] if kept else None),
    }
    return render(request, "agora_sync/correspondence_table.html", context)


@requires(can_follow_exchanges)
@require_safe
def correspondence_sheet(request: HttpRequest) -> HttpResponse:
    """The same, as a spreadsheet."""
    return csv_attachment(as_csv(), "correspondances-agora.csv")


@requires(can_follow_exchanges)
@require_safe
def correspondence_version(request: HttpRequest, number: int) -> HttpResponse:
    """What a version changed from the one before it, or from the one that `avec` names."""
    kept = {version.number: version for version in CorrespondenceVersion.objects.all()}
    if number not in kept:
        raise Http404
    asked = request.GET.get("avec", "")
    compared = kept.get(int(asked) if asked.isdecimal() and len(asked) < 6 else number - 1)
    context = {
        "version": kept[number],
        "compared": compared,
        "others": [other for other in sorted(kept) if other != number],
        "differences": difference(compared, kept[number]),
    }
    return render(request, "agora_sync/correspondence_version.html", context)
