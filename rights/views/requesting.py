from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.permissions import is_holder
from accounts.services.interrupted_forms import take_form
from accounts.services.sign_in_proofs import assurance_of
from accounts.services.spending import is_proven
from accounts.views.step_up import redirect_to_step_up
from catalog.models import Session
from cpa_portal.kernel.access import requires
from rights.exceptions import IdentityProofRequired, RightsRefusal
from rights.forms import TrainingRequestForm
from rights.selectors.funding import funding_plan
from rights.selectors.session_facts import facts_of_session, session_for_request
from rights.selectors.training_files import active_file_on
from rights.services.training_files import request_training_file
from rights.services.training_files.guards import request_refusal
from rights.views.request_types import HolderRequest


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def file_request(request: HolderRequest, session_id: int) -> HttpResponse:
    """Check what will be asked and what it costs, then confirm."""
    session = session_or_404(session_id)
    today = timezone.localdate()
    form = TrainingRequestForm(request.POST or None)
    errors: list[str] = []
    if form.is_valid():
        try:
            training_file = request_training_file(
                key=form.cleaned_data["idempotency_key"],
                holder=request.holder,
                session=session,
                today=today,
                expected_charge_cents=form.cleaned_data["expected_charge_cents"],
                assurance=assurance_of(request),
            )
        except IdentityProofRequired:
            return redirect_to_step_up(request)
        except RightsRefusal as refusal:
            errors = [refusal.message]
        else:
            messages.success(request, "Votre demande est enregistrée.")
            return redirect("rights:file_detail", training_file.pk)
    else:
        errors = [str(error) for refused in form.errors.values() for error in refused]
    context = {**page_context(request, session), "errors": errors}
    return render(request, "rights/file_request.html", context)


def page_context(request: HolderRequest, session: Session) -> dict[str, object]:
    """What the page shows: the training and its cost for this person, or why it cannot be asked for."""
    today = timezone.localdate()
    context: dict[str, object] = {
        "session": session,
        "training": session.action.training,
        "existing": active_file_on(request.holder, session),
        "refusal": request_refusal(holder=request.holder, session=session, today=today),
    }
    if context["refusal"] is None:
        facts = facts_of_session(session, today)
        plan = funding_plan(holder=request.holder, facts=facts, day=today)
        # Shown again after a refusal, the form confirms the amounts now on the page, under a new key. After a proof
        # of identity, it holds what was typed: a plan that changed meanwhile is then said.
        typed = take_form(request)
        confirmed = {"expected_charge_cents": str(plan.holder_charge_cents)}
        context |= {
            "facts": facts,
            "plan": plan,
            "form": TrainingRequestForm(initial=typed.dict() if typed else confirmed),
            "is_resumed": typed is not None,
            "is_proven": is_proven(
                holder=request.holder, assurance=assurance_of(request), now=timezone.now()
            ),
        }
    return context


def session_or_404(session_id: int) -> Session:
    try:
        return session_for_request(session_id)
    except Session.DoesNotExist:
        raise Http404 from None
