"""The data dictionary of the contract, for whoever writes or receives the data of a file."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agora_sync.contract import Version
from agora_sync.contract.dictionary import AGORA, Item, as_csv, items
from agora_sync.enums import PartnerKind
from agora_sync.views.sheets import csv_attachment
from cpa_portal.kernel.access import public

NAMES = {**{str(kind): kind.label for kind in PartnerKind}, AGORA: "AGORA"}


@public
@require_safe
def dictionary(request: HttpRequest) -> HttpResponse:
    """Every item by family: what it is, who writes it, who may replace it, who receives it. No query.

    `?version=` chooses the version of the contract.
    """
    version = _version(request)
    by_family = groupby(sorted(items(version), key=_family), key=lambda item: item.family_label)
    families = [
        {"label": label, "slug": f"famille-{rank}", "rows": [_row(item) for item in members]}
        for rank, (label, members) in enumerate(by_family, start=1)
    ]
    shown = {"families": families, "count": len(items(version)), "version": version, "versions": Version}
    return render(request, "agora_sync/dictionary.html", shown)


@public
@require_safe
def dictionary_sheet(request: HttpRequest) -> HttpResponse:
    """The same, as a spreadsheet."""
    version = _version(request)
    return csv_attachment(as_csv(version), f"dictionnaire-agora-{version}.csv")


def _version(request: HttpRequest) -> Version:
    """The version asked for, the first one by default. Raises Http404."""
    try:
        return Version(request.GET.get("version") or Version.V1)
    except ValueError:
        raise Http404 from None


def _row(item: Item) -> dict[str, object]:
    return {
        "item": item,
        # A path may break after each of its steps: it is wider than a telephone.
        "steps": item.wire_path.split("/"),
        "writers": [label for kind, label in NAMES.items() if kind in item.writers],
        "recipients": [label for kind, label in NAMES.items() if kind in item.recipients],
    }


def _family(item: Item) -> str:
    return item.family
