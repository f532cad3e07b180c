"""« Sécurité de mon compte » for the holder; the counter and the freezes for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import ContactKind
from accounts.exceptions import IdentityProofNeeded, Refusal
from accounts.forms.security import CodeForm, CounterCheckForm, FreezeForm, ReopenForm
from accounts.permissions import is_account_guardian, is_holder, is_signed_in, receives_public
from accounts.rules.identity import Match
from accounts.selectors.identity import match_holder_by_number
from accounts.selectors.spending import (
    all_standing_blocks,
    cooling_until,
    open_proof_code,
    standing_blocks,
    standing_proof,
)
from accounts.services.access_log import record_consultation, record_consultations
from accounts.services.contact_changes import change_of_token, confirm_on_old_address, refuse_change
from accounts.services.holders import find_holder_by_nir
from accounts.services.identity_proofs import prove_by_posted_code, record_counter_check, send_proof_code
from accounts.services.sign_in_proofs import assurance_of
from accounts.services.spending import (
    ask_to_reopen,
    block_own_account,
    confirm_reopening,
    freeze_account,
    reopen_own_account,
)
from accounts.views.step_up import redirect_to_step_up
from cpa_portal.kernel.access import public, requires

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    from accounts.models import Holder, SpendingBlock

UNKNOWN_PERSON = (
    "Aucun titulaire ne répond à ces trois réponses. Vérifiez-les sur les papiers de la personne ; si elles sont "
    "exactes, son compte est peut-être à corriger."
)


# The holder --------------------------------------------------------------------------------------
@requires(is_holder)
@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    holder, now = holder_of_request(request), timezone.now()
    until = cooling_until(holder)
    context = {
        "blocks": standing_blocks(holder),
        "standing_proof": standing_proof(holder, now),
        "cooling_until": until if until and until > now else None,
    }
    return render(request, "accounts/security.html", context)


@requires(is_holder)
@require_POST
def block(request: HttpRequest) -> HttpResponse:
    block_own_account(holder=holder_of_request(request), user=request.user)  # type: ignore[arg-type]
    messages.success(request, "Votre compte est bloqué : plus rien ne peut y être dépensé.")
    return redirect("accounts:security")


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest) -> HttpResponseBase:
    """Reopening asks for a proof of identity: whoever has the password alone must not undo the block."""
    if request.method != "POST":
        return redirect("accounts:security")
    try:
        reopen_own_account(
            holder=holder_of_request(request),
            user=request.user,  # type: ignore[arg-type]
            assurance=assurance_of(request),
            now=timezone.now(),
        )
    except IdentityProofNeeded:
        return redirect_to_step_up(request)
    messages.success(request, "Votre compte est débloqué.")
    return redirect("accounts:security")


@requires(is_holder)
@require_POST
def letter_request(request: HttpRequest) -> HttpResponse:
    try:
        send_proof_code(holder=holder_of_request(request), user=request.user, now=timezone.now())  # type: ignore[arg-type]
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, "Un courrier part à l’adresse postale de votre compte. Comptez quelques jours."
        )
    return redirect("accounts:step_up")


@requires(is_holder)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def posted_code(request: HttpRequest) -> HttpResponse:
    holder = holder_of_request(request)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            prove_by_posted_code(
                holder=holder,
                user=request.user,  # type: ignore[arg-type]
                code=form.cleaned_data["code"],
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("code", refusal.message)
        else:
            messages.success(request, "Votre identité est prouvée : vous pouvez utiliser vos droits.")
            return redirect("accounts:security")
    context = {"form": form, "letter": open_proof_code(holder, timezone.now())}
    return render(request, "accounts/posted_code.html", context)


@requires(is_signed_in)
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """Close one session of one's own; another person's and an unknown one look the same."""
    wanted = request.POST.get("session", "")
    session = get_object_or_404(UserSession, pk=wanted if wanted.isdecimal() else 0, user_id=request.user.pk)
    session.end()
    messages.success(request, "Cette connexion est fermée.")
    return redirect("usersessions_list")


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact_change(request: HttpRequest) -> HttpResponse:
    """Opened by the link sent to the former address, whoever holds it; nothing changes before the button."""
    token = request.GET.get("jeton", "")
    context: dict[str, object] = {"token": token}
    try:
        if request.method == "POST":
            context |= answered_change(request, token)
        else:
            context["change"] = change_of_token(token)
    except Refusal as refusal:
        context["refusal"] = refusal
    return render(request, "accounts/contact_change.html", context)


def answered_change(request: HttpRequest, token: str) -> dict[str, object]:
    """Raises Refusal."""
    if "refuse" in request.POST:
        return {"change": refuse_change(token=token), "is_refused": True}
    change = confirm_on_old_address(token=token)
    waiting = EmailAddress.objects.filter(user=change.user, email__iexact=change.new_value).first()
    if change.what == ContactKind.EMAIL and waiting is not None:
        waiting.send_confirmation(request)
    return {"change": change, "is_done": True}


def holder_of_request(request: HttpRequest) -> Holder:
    """The predicate let a holder in: the middleware found it."""
    holder: Holder = request.holder  # type: ignore[attr-defined]
    return holder


# Staff ---------------------------------------------------------------------------------------------
@requires(receives_public)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def counter_check(request: HttpRequest) -> HttpResponse:
    """Record that a person was seen. Who it is comes from their papers: nobody is searched for by name."""
    form = CounterCheckForm(request.POST or None)
    if form.is_valid():
        try:
            checked = check_at_counter(request, form)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"Le contrôle de {checked.display_name} est enregistré.")
            return redirect("accounts:counter_check")
    return render(request, "accounts/counter_check.html", {"form": form})


def check_at_counter(request: HttpRequest, form: CounterCheckForm) -> Holder:
    """Raises Refusal when nobody answers to the papers, or when the check is not whole."""
    given = form.cleaned_data
    outcome = match_holder_by_number(
        number=given["number"], birth_name=given["birth_name"], birth_date=given["birth_date"]
    )
    if not isinstance(outcome, Match):
        raise Refusal(UNKNOWN_PERSON)
    record_counter_check(
        actor=request.user,  # type: ignore[arg-type]
        holder=outcome.key,
        facts=given["facts"],
        reason=given["reason"],
        phone_that_rang=given["phone_that_rang"],
        now=timezone.now(),
    )
    return outcome.key


@requires(is_account_guardian)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def freeze_list(request: HttpRequest) -> HttpResponse:
    """The accounts that are stopped, and the freezing of one more."""
    form = FreezeForm(request.POST or None)
    if form.is_valid() and freeze_from(request, form):
        messages.success(request, "Le compte est gelé : plus rien ne peut y être dépensé.")
        return redirect("accounts:freeze_list")
    blocks = all_standing_blocks()
    record_consultations(
        actor=request.user,  # type: ignore[arg-type]
        holders=[row.holder for row in blocks],
        purpose="Sécurité de votre compte",
        what="Blocage de votre compte (liste)",
    )
    return render(request, "accounts/freeze_list.html", {"form": form, "blocks": blocks})


def freeze_from(request: HttpRequest, form: FreezeForm) -> bool:
    holder = find_holder_by_nir(form.cleaned_data["number"])
    if holder is None:
        form.add_error("number", "Aucun titulaire n’a ce numéro.")
        return False
    try:
        freeze_account(holder=holder, actor=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    record_consultation(
        actor=request.user,  # type: ignore[arg-type]
        holder=holder,
        purpose="Sécurité de votre compte",
        what="Gel de votre compte",
    )
    return True


@requires(is_account_guardian)
@require_POST
def freeze_reopen(request: HttpRequest) -> HttpResponse:
    """Ask for a reopening with a reason, or confirm the one that somebody else asked for."""
    form = ReopenForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Ce blocage n’existe pas.")
        return redirect("accounts:freeze_list")
    try:
        row = reopened(request, form)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    except ValueError:
        messages.error(request, "Indiquez le motif de la levée.")
    else:
        is_over = row.lifted_at is not None
        messages.success(
            request, "Le compte est rouvert." if is_over else "Une seconde personne doit confirmer."
        )
    return redirect("accounts:freeze_list")


def reopened(request: HttpRequest, form: ReopenForm) -> SpendingBlock:
    now, block_id = timezone.now(), form.cleaned_data["block"]
    if "confirm" in request.POST:
        return confirm_reopening(block_id=block_id, actor=request.user, now=now)  # type: ignore[arg-type]
    return ask_to_reopen(
        block_id=block_id,
        actor=request.user,  # type: ignore[arg-type]
        reason=form.cleaned_data["reason"],
        now=now,
    )
