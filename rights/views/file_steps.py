"""The holder's own steps on a file: each shows what follows from it before it is taken."""

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
from rights.enums import FileRole, Funder, TrainingFileAction
from rights.exceptions import IdentityProofRequired, RightsRefusal
from rights.forms.free_requests import FreeRequestForm
from rights.forms.steps import CommitForm, MessageForm, StepForm, TopUpForm
from rights.models import TrainingFile
from rights.parties import HOLDER
from rights.rules.funding import Action
from rights.selectors.file_steps import found_rule, withdrawal_until
from rights.selectors.funding import plan_of_file
from rights.services.training_files.doing import do_step
from rights.services.training_files.free_requests import FreeRequest, eligibility_of, open_free_request
from rights.services.training_files.messaging import send_message
from rights.services.training_files.steps import ask_top_up, commit
from rights.views.request_types import HolderRequest
from rights.views.training_files import own_file
from rights.wording.steps import IRREVERSIBLE, QUESTIONS, SLUGS, consequence_of


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def file_step(request: HolderRequest, file_id: UUID, slug: str) -> HttpResponse:
    """What one action does, then the action itself."""
    training_file = own_file(request, file_id)
    action = SLUGS.get(slug)
    if action is None:
        raise Http404
    form = StepForm(action, request.POST if request.method == "POST" else None)
    refusal = None
    try:
        if request.method == "POST" and form.is_valid():
            take(request, training_file, action, form)
            messages.success(request, "C’est fait. La page du dossier dit ce qui suit.")
            return redirect("rights:file_detail", training_file.pk)
        found_rule(training_file, action, FileRole.HOLDER, today=timezone.localdate())
    except IdentityProofRequired:
        return redirect_to_step_up(request)
    except RightsRefusal as refused:
        refusal = refused
    context = step_context(training_file, action, form, refusal)
    return render(request, "rights/file_step.html", context)


def take(
    request: HolderRequest, training_file: TrainingFile, action: TrainingFileAction, form: StepForm
) -> None:
    today = timezone.localdate()
    if action is not TrainingFileAction.COMMIT:
        do_step(
            training_file=training_file, action=action, party=HOLDER, today=today, values=form.cleaned_data
        )
        return
    charge = CommitForm(request.POST)
    commit(
        training_file_id=training_file.pk,
        holder=request.holder,
        today=today,
        # Without the amount that was read, none matches: the page shows the calculation again.
        expected_charge_cents=charge.cleaned_data["expected_charge_cents"] if charge.is_valid() else -1,
        assurance=assurance_of(request),
    )


def step_context(
    training_file: TrainingFile, action: TrainingFileAction, form: StepForm, refusal: RightsRefusal | None
) -> dict[str, object]:
    context: dict[str, object] = {
        "file": training_file,
        "question": QUESTIONS[action],
        "consequence": consequence_of(action, timezone.localdate()),
        "is_irreversible": action in IRREVERSIBLE,
        "form": form,
        "refusal": refusal,
        "can_go_on": refusal is None or refusal.code in {"plan_changed", "reason_missing"},
    }
    if action is TrainingFileAction.COMMIT and context["can_go_on"]:
        today = timezone.localdate()
        plan = plan_of_file(training_file, today)
        context |= {
            "plan": plan,
            "withdrawal_until": withdrawal_until(training_file, committed_on=today),
            "commit_form": CommitForm(initial={"expected_charge_cents": plan.holder_charge_cents}),
        }
    return context


@requires(is_holder)
@require_POST
def file_message(request: HolderRequest, file_id: UUID) -> HttpResponse:
    training_file = own_file(request, file_id)
    form = MessageForm(request.POST)
    if form.is_valid():
        send_message(
            training_file_id=training_file.pk,
            role=FileRole.HOLDER,
            author=request.user,  # type: ignore[arg-type]
            body=form.cleaned_data["body"],
        )
        messages.success(request, "Votre message est dans le dossier.")
    else:
        messages.error(request, "Écrivez votre message avant de l’envoyer.")
    return redirect("rights:file_detail", training_file.pk)


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def file_top_up(request: HolderRequest, file_id: UUID) -> HttpResponse:
    """Ask a payer for a part of what is left to pay, before committing."""
    training_file = own_file(request, file_id)
    form = TopUpForm(request.POST or None)
    refusal = None
    if form.is_valid():
        try:
            ask_top_up(
                training_file_id=training_file.pk,
                funder=Funder(form.cleaned_data["funder"]),
                payer_code=form.cleaned_data["payer_code"].replace(" ", ""),
                amount_cents=form.cleaned_data["amount"],
                today=timezone.localdate(),
            )
        except RightsRefusal as refused:
            refusal = refused
        else:
            messages.success(
                request, "Le complément est demandé. Le financeur répondra après votre confirmation."
            )
            return redirect("rights:file_detail", training_file.pk)
    return render(
        request, "rights/file_top_up.html", {"file": training_file, "form": form, "refusal": refusal}
    )


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def free_request(request: HolderRequest) -> HttpResponse:
    """A training that the catalogue does not list. What the rule refuses says why, and may go to a person."""
    today = timezone.localdate()
    form = FreeRequestForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        action = Action(form.cleaned_data["action"])
        eligibility = eligibility_of(request.holder, action, today)
        if eligibility.is_eligible or "examen" in request.POST:
            try:
                training_file = open_free_request(
                    key=form.cleaned_data["idempotency_key"],
                    holder=request.holder,
                    wanted=wanted_of(form),
                    today=today,
                )
            except RightsRefusal as refused:
                context["refusal"] = refused
            else:
                return redirect("rights:file_detail", training_file.pk)
        else:
            context["eligibility"] = eligibility
    return render(request, "rights/free_request.html", context)


def wanted_of(form: FreeRequestForm) -> FreeRequest:
    data = form.cleaned_data
    return FreeRequest(
        action=Action(data["action"]),
        siret=data["siret"],
        organisation_name=data["organisation_name"],
        starts_on=data["starts_on"],
        wish=data["wish"],
    )
