"""Who could do what at an instant, and until when each certificate is good."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agora_sync.enums import ApprovalSide
from agora_sync.forms.habilitations import InstantForm
from agora_sync.mapping.spreadsheets import as_csv
from agora_sync.models import PAGMAssignment, Partner, PartnerContact
from agora_sync.permissions import can_read_habilitations
from agora_sync.selectors.approvals import Mapping
from agora_sync.selectors.certificates import own_certificates, partner_certificates
from agora_sync.selectors.habilitations import Channel, Habilitation, HabilitationsAt, habilitations_at
from agora_sync.views.sheets import csv_attachment
from cpa_portal.kernel.access import requires
from cpa_portal.kernel.templatetags.cpa import date_fr

COLUMNS = (
    "instant",
    "partenaire",
    "application",
    "certificat de signature",
    "pagm",
    "operations",
    "versions du contrat",
    "canal de",
    "certificat du canal",
    "delegation",
    "ouvert",
    *(f"approuve par {side.value}" for side in ApprovalSide),
)


@requires(can_read_habilitations)
@require_safe
def habilitation_table(request: HttpRequest) -> HttpResponse:
    """The form and, for now or the instant asked, the table; certificates and contacts beside it."""
    form, told = _asked(request)
    context: dict[str, object] = {"form": form, "told": told, "query": request.GET.urlencode()}
    if told is not None:
        partners = _partners(form)
        context |= {
            "pending": [_waiting(mapping) for mapping in told.pending],
            "certificates": [*own_certificates(told.at), *partner_certificates(told.at, partners=partners)],
            "contacts": list(PartnerContact.objects.filter(partner__in=partners).select_related("partner")),
            "knows_partners": bool(partners),
        }
    return render(request, "agora_sync/habilitation_table.html", context)


@requires(can_read_habilitations)
@require_safe
def habilitation_sheet(request: HttpRequest) -> HttpResponse:
    """The same table: a line for each channel on which an application could do something."""
    form, told = _asked(request)
    if told is None:
        return render(request, "agora_sync/habilitation_table.html", {"form": form}, status=400)
    rows = (_cells(told, row, channel) for row in told.rows for channel in row.channels)
    name = f"habilitations-{timezone.localtime(told.at):%Y%m%d-%H%M%S}.csv"
    return csv_attachment(as_csv(COLUMNS, rows), name)


def _asked(request: HttpRequest) -> tuple[InstantForm, HabilitationsAt | None]:
    """The form, and its answer: of now when nothing was asked, none when it cannot be read."""
    now = timezone.localtime().replace(microsecond=0)
    if "le" not in request.GET:
        form = InstantForm(
            {"le": now.date(), "a": now.time(), "partenaire": request.GET.get("partenaire", "")}
        )
    else:
        form = InstantForm(request.GET)
    if not form.is_valid():
        return form, None
    return form, habilitations_at(form.instant, partner_code=form.cleaned_data["partenaire"])


def _partners(form: InstantForm) -> list[Partner]:
    code = form.cleaned_data["partenaire"]
    partners = Partner.objects.order_by("name")
    return list(partners.filter(code=code) if code else partners)


def _waiting(mapping: Mapping) -> dict[str, object]:
    """A mapping that counts for nothing, and whose word is missing."""
    said = {approval.side for approval in mapping.approvals.all()}
    if isinstance(mapping, PAGMAssignment):
        partner, what = mapping.application.partner, f"{mapping.application} a le profil {mapping.pagm}"
    else:
        partner, what = mapping.pagm.partner, f"{mapping.pagm} ouvre « {mapping.get_operation_display()} »"
    missing = [side.label for side in ApprovalSide if side not in said]
    return {"partner": partner, "what": what, "missing": missing}


def _cells(told: HabilitationsAt, row: Habilitation, channel: Channel) -> Iterator[str]:
    is_open = row.versions and not (told.is_closed or row.is_cut_off or channel.is_cut_off)
    yield timezone.localtime(told.at).isoformat()
    yield from (row.partner.code, row.application.code, row.certificate.fingerprint, row.pagm.code)
    yield " ".join(row.operations)
    yield " ".join(row.versions)
    yield from (channel.certificate.partner.code, channel.certificate.fingerprint)
    yield channel.delegation.notice if channel.delegation else ""
    yield "oui" if is_open else "non"
    for side in ApprovalSide:
        said = [approval for approval in row.approvals if approval.side == side]
        yield ", ".join(f"{one.approver} ({date_fr(one.approved_at)})" for one in said)
