"""The rejects of AGORA by cause, and their correction: one, a whole group, or a sheet brought back."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.views.requests import user_of
from agora_sync.exceptions import BatchIsOver, NothingToCorrect
from agora_sync.forms.corrections import CorrectionForm, GroupCorrectionForm, SheetForm
from agora_sync.forms.handling import GroupHandlingForm
from agora_sync.mapping.corrections import FIELDS, Changes, Value, changes_of
from agora_sync.mapping.reject_sheet import MOST_LINES, Line, as_sheet
from agora_sync.models import CorrectionBatch, Exchange
from agora_sync.permissions import can_follow_exchanges
from agora_sync.selectors.handling import Followed, followed_counts, followed_rejects
from agora_sync.selectors.rejects import batch_of, count_by_outcome, reject_causes, rejected_exchanges
from agora_sync.selectors.sendings_back import answered_values
from agora_sync.services.correction_sending import send_corrections
from agora_sync.services.corrections import prepare_corrections, undo_corrections
from agora_sync.views.sheets import csv_attachment
from cpa_portal.kernel.access import requires

ROWS_PER_PAGE = 50
DONE = "Les corrections sont faites. Le résultat de chaque ligne est ci-dessous."
BEGUN = "L’envoi a commencé : le résultat de chaque ligne apparaît ci-dessous à mesure."
SAME = "Aucune ligne ne changerait : la valeur à remplacer ne s’y trouve pas, ou la valeur juste y est déjà."


@requires(can_follow_exchanges)
@require_safe
def reject_list(request: HttpRequest) -> HttpResponse:
    """The causes; for one of them, its rows and the ways to correct them."""
    return shown_rejects(request)


@requires(can_follow_exchanges)
@require_safe
def reject_sheet(request: HttpRequest) -> HttpResponse:
    return csv_attachment(as_sheet(listed_rejects(request)), "rejets-agora.csv")


@requires(can_follow_exchanges)
@require_POST
def group_correct(request: HttpRequest) -> HttpResponse:
    """Prepare the correction of a whole group, and show it."""
    form = GroupCorrectionForm(request.POST)
    if form.is_valid():
        rows = listed_rejects(request)[:MOST_LINES]
        try:
            batch = prepare_corrections(user=user_of(request), wanted=_group(rows, form.cleaned_data))
        except NothingToCorrect:
            form.add_error("avant", SAME)
        else:
            return redirect("agora_sync:correction_detail", batch.pk)
    return shown_rejects(request, group_form=form)


def _group(rows: QuerySet[Exchange], answers: dict[str, str]) -> Iterator[tuple[Exchange, Changes]]:
    name, before, after = answers["champ"], answers["avant"].strip(), answers["apres"]
    for exchange in rows:
        assert exchange.training_file is not None
        if not before or str(getattr(exchange.training_file, name)) == before:
            yield exchange, changes_of(exchange.training_file, {name: after})


@requires(can_follow_exchanges)
@require_POST
def sheet_import(request: HttpRequest) -> HttpResponse:
    """Prepare what a corrected sheet changes, and show it."""
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        wanted, refused = _differences(user_of(request), form.lines)
        try:
            batch = prepare_corrections(
                user=user_of(request), wanted=wanted, refused_lines=[*form.refused, *refused]
            )
        except NothingToCorrect:
            form.add_error("tableau", " ".join([*form.refused, *refused]) or "Ce tableau ne change rien.")
        else:
            return redirect("agora_sync:correction_detail", batch.pk)
    return shown_rejects(request, sheet_form=form)


def _differences(user: User, lines: list[Line]) -> tuple[list[tuple[Exchange, Changes]], list[str]]:
    """What each line changes, and why a line cannot be taken. One query, and one by certification written."""
    reachable = rejected_exchanges(user).filter(pk__in={line.exchange_id for line in lines})
    known = {exchange.pk: exchange for exchange in reachable}
    wanted: dict[UUID, tuple[Exchange, Changes]] = {}
    refused = []
    for line in lines:
        exchange = known.get(line.exchange_id)
        if exchange is None or exchange.training_file is None:
            refused.append(
                f"Ligne {line.number} : cet échange n’attend plus de correction, ou n’est pas à vous."
            )
        elif exchange.pk in wanted:
            refused.append(f"Ligne {line.number} : cet échange est déjà sur une autre ligne.")
        else:
            try:
                wanted[exchange.pk] = exchange, changes_of(exchange.training_file, line.written)
            except ValueError as problem:
                refused.append(f"Ligne {line.number} : {problem}")
    return list(wanted.values()), refused


@requires(can_follow_exchanges)
def exchange_correct(request: HttpRequest, key: UUID) -> HttpResponse:
    """One refused exchange: the values as they stand, then what would change."""
    exchange = rejected_exchanges(user_of(request)).filter(pk=key).first()
    if exchange is None or exchange.training_file is None:
        raise Http404
    form = CorrectionForm(
        request.POST or None, training_file=exchange.training_file, answered=answered_values(exchange)
    )
    if form.is_valid():
        try:
            changes = changes_of(exchange.training_file, form.cleaned_data)
            batch = prepare_corrections(user=user_of(request), wanted=[(exchange, changes)])
        except NothingToCorrect:
            form.add_error(None, "Vous n’avez rien changé. Corrigez au moins une valeur.")
        except ValueError as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("agora_sync:correction_detail", batch.pk)
    return render(request, "agora_sync/exchange_correct.html", {"form": form, "exchange": exchange})


@requires(can_follow_exchanges)
@require_safe
def correction_detail(request: HttpRequest, key: UUID) -> HttpResponse:
    """Each row with what changes, then what became of it."""
    batch = _batch(request, key)
    rows = batch.corrections.select_related("exchange__training_file").order_by("pk")
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    shown = [(correction, _described(correction.changes)) for correction in page]
    context = {"batch": batch, "page": page, "shown": shown, "counts": count_by_outcome(batch)}
    return render(request, "agora_sync/correction_detail.html", context)


def _described(changes: Changes) -> list[tuple[str, Value, Value]]:
    """Label, value that was there, right value."""
    return [
        (field.label, changes[name][0], changes[name][1]) for name, field in FIELDS.items() if name in changes
    ]


@requires(can_follow_exchanges)
@require_POST
def correction_send(request: HttpRequest, key: UUID) -> HttpResponseBase:
    batch = _batch(request, key)
    try:
        batch = send_corrections(batch_id=batch.pk, user=user_of(request))
    except BatchIsOver as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, DONE if batch.sent_at else BEGUN)
    return redirect("agora_sync:correction_detail", batch.pk)


@requires(can_follow_exchanges)
@require_POST
def correction_undo(request: HttpRequest, key: UUID) -> HttpResponseBase:
    batch = _batch(request, key)
    try:
        undo_corrections(batch_id=batch.pk)
    except BatchIsOver as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Ce lot est abandonné : aucun dossier n’a changé.")
    return redirect("agora_sync:reject_list")


def listed_rejects(request: HttpRequest) -> QuerySet[Exchange]:
    """The refused exchanges of the list that the address names."""
    return followed_rejects(user_of(request), _followed(request), _cause(request), today=timezone.localdate())


def query_of(request: HttpRequest) -> str:
    """The list that the address names, for another address."""
    named = {"motif": _cause(request), "suivi": _followed(request).value or None}
    return urlencode({name: value for name, value in named.items() if value is not None})


def _cause(request: HttpRequest) -> str | None:
    """The code of refusal that the address names. Raises Http404 for what no code can hold."""
    asked = request.GET.get("motif")
    if asked is not None and "\0" in asked:
        raise Http404
    return asked


def _followed(request: HttpRequest) -> Followed:
    asked = request.GET.get("suivi", "")
    return Followed(asked) if asked in Followed.values else Followed.TO_DO


def shown_rejects(
    request: HttpRequest,
    *,
    group_form: GroupCorrectionForm | None = None,
    sheet_form: SheetForm | None = None,
    handling_form: GroupHandlingForm | None = None,
) -> HttpResponse:
    """The lists, their causes, and the rows of a cause or of a list; forms with what was typed in them."""
    user, today = user_of(request), timezone.localdate()
    cause, followed = _cause(request), _followed(request)
    has_rows = cause is not None or followed != Followed.TO_DO or handling_form is not None
    page = Paginator(
        listed_rejects(request) if has_rows else Exchange.objects.none(), ROWS_PER_PAGE
    ).get_page(request.GET.get("page"))
    context = {
        "causes": reject_causes(followed_rejects(user, followed, None, today=today)),
        "cause": cause,
        "counts": followed_counts(user, today=today),
        "followed": followed,
        "query": query_of(request),
        "page": page,
        "rows": [(exchange, getattr(exchange, "handling", None)) for exchange in page],
        "today": today,
        "group_form": group_form or GroupCorrectionForm(),
        "sheet_form": sheet_form or SheetForm(),
        "handling_form": handling_form or GroupHandlingForm(user=user, today=today),
        "columns": [field.column for field in FIELDS.values()],
    }
    return render(request, "agora_sync/reject_list.html", context)


def _batch(request: HttpRequest, key: UUID) -> CorrectionBatch:
    batch = batch_of(user_of(request), key)
    if batch is None:
        raise Http404
    return batch
