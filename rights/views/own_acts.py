"""Conversions and points: what would happen, then the act itself once it is confirmed."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import is_holder
from accounts.services.sign_in_proofs import assurance_of
from accounts.views.step_up import redirect_to_step_up
from cpa_portal.kernel.access import requires
from rights.enums import PointsUse, Scheme
from rights.exceptions import IdentityProofRequired, RightsRefusal
from rights.forms.own_acts import TOWARD, ConversionForm, PointsConfirmationForm, PointsForm
from rights.models import PointsRequest
from rights.rules.conversion import MainActivity
from rights.schemes import SCHEMES
from rights.selectors.conversions import previewed_moves
from rights.selectors.counters import counter_of
from rights.services.own_acts import convert_own_rights, request_own_points, withdraw_own_request
from rights.services.points import previewed_points
from rights.views.request_types import HolderRequest

TARGET = {MainActivity.PUBLIC: Scheme.PUBLIC_HOURS, MainActivity.PRIVATE: Scheme.CPF}


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def conversion(request: HolderRequest) -> HttpResponse:
    """Both ways, what each would move or why it may not, and one button for each that is open."""
    form = ConversionForm(request.POST or None)
    refusal = ""
    if form.is_valid():
        toward = MainActivity(form.cleaned_data["toward"])
        try:
            convert_own_rights(
                holder=request.holder,
                toward=toward,
                key=form.cleaned_data["idempotency_key"],
                today=timezone.localdate(),
                expected_given=form.cleaned_data["expected_given"],
                assurance=assurance_of(request),
            )
        except IdentityProofRequired:
            return redirect_to_step_up(request)
        except RightsRefusal as refused:
            refusal = refused.message
        else:
            messages.success(request, "Vos droits sont convertis. Chaque écriture dit comment c’est calculé.")
            return redirect("rights:counter_detail", SCHEMES[TARGET[toward]].slug)
    elif form.is_bound:
        refusal = " ".join(str(error) for refused in form.errors.values() for error in refused)
    return render(request, "rights/conversion.html", {"ways": ways_of(request), "refusal": refusal})


def ways_of(request: HolderRequest) -> list[dict[str, object]]:
    ways: list[dict[str, object]] = []
    for value, label in TOWARD:
        toward = MainActivity(value)
        way: dict[str, object] = {"label": label, "toward": value}
        try:
            moves = previewed_moves(request.holder, toward, timezone.localdate())
        except RightsRefusal as refused:
            way["refusal"] = refused.message
        else:
            given = sum(move.given for move in moves)
            way |= {
                "moves": [
                    {
                        "move": move,
                        "from": SCHEMES[move.origin].short_name,
                        "derivation": move.conversion.derivation,
                    }
                    for move in moves
                ],
                "given": given,
                "unit": moves[0].target_unit,
                "form": ConversionForm(
                    initial={"toward": value, "expected_given": given}, auto_id=f"id_{value}_%s"
                ),
            }
        ways.append(way)
    return ways


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def points_use(request: HolderRequest) -> HttpResponse:
    """Choose a use, read what it is worth, then ask; below, what was asked already."""
    today = timezone.localdate()
    context: dict[str, object] = {}
    if request.method == "POST":
        form = PointsConfirmationForm(request.POST)
        try:
            if form.is_valid():
                asked = request_own_points(
                    holder=request.holder,
                    use=PointsUse(form.cleaned_data["use"]),
                    points=form.cleaned_data["points"],
                    key=form.cleaned_data["idempotency_key"],
                    today=today,
                    assurance=assurance_of(request),
                )
                messages.success(request, f"Votre demande de {asked.points} points est enregistrée.")
                return redirect("rights:points_use")
            context["refusal"] = (
                "Le formulaire était incomplet : choisissez de nouveau un usage et un nombre."
            )
        except IdentityProofRequired:
            return redirect_to_step_up(request)
        except RightsRefusal as refused:
            context["refusal"] = refused.message
    wanted = PointsForm(request.GET if "points" in request.GET else None)
    context |= {"form": wanted, "line": counter_of(request.holder, Scheme.C2P), "asked": asked_of(request)}
    if wanted.is_valid():
        context |= preview_of(request, PointsUse(wanted.cleaned_data["use"]), wanted.cleaned_data["points"])
    return render(request, "rights/points_use.html", context)


def preview_of(request: HolderRequest, use: PointsUse, points: int) -> dict[str, object]:
    try:
        derivation = previewed_points(
            holder=request.holder, use=use, points=points, today=timezone.localdate()
        )
    except RightsRefusal as refused:
        return {"refusal": refused.message}
    confirmation = PointsConfirmationForm(initial={"use": use, "points": points}, auto_id="id_confirm_%s")
    return {"derivation": derivation, "use": use, "points": points, "confirmation": confirmation}


def asked_of(request: HolderRequest) -> list[PointsRequest]:
    asked = PointsRequest.objects.filter(holder=request.holder).select_related("answer")
    return list(asked.order_by("-at", "-pk")[:50])


@requires(is_holder)
@require_POST
def points_withdraw(request: HolderRequest, pk: UUID) -> HttpResponse:
    asked = PointsRequest.objects.filter(holder=request.holder, pk=pk).first()
    if asked is None:
        raise Http404
    try:
        withdraw_own_request(request=asked, today=timezone.localdate())
    except RightsRefusal as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Votre demande est retirée : vos points sont de nouveau disponibles.")
    return redirect("rights:points_use")
