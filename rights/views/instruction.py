"""Pages of organisations, payers and the Caisse des dépôts: what waits for them, one file, one session."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.services.access_log import record_consultation, record_consultations
from accounts.views.requests import user_of
from cpa_portal.kernel.access import requires
from cpa_portal.kernel.working_days import Zone, working_days_between
from rights.enums import ExitReason, TrainingFileAction, TrainingFileState
from rights.exceptions import RightsRefusal
from rights.forms.steps import DocumentForm, MessageForm, StepForm
from rights.models import TrainingFile
from rights.parties import Party
from rights.permissions import instructs_files, recovers_sums
from rights.selectors.file_documents import documents_of, removals_of
from rights.selectors.file_steps import found_rule, steps_of, turn_of
from rights.selectors.instruction import file_for, party_of, session_files, waiting_for
from rights.services.training_files.doing import do_step
from rights.services.training_files.messaging import send_message
from rights.views.file_steps import step_context
from rights.wording.files import staff_timeline_of
from rights.wording.steps import QUESTIONS, SLUG_OF, SLUGS

PURPOSE = "Instruction d’un dossier de formation"
WHAT = "Identité et dossier de formation"
S = TrainingFileState


@requires(instructs_files)
@require_safe
def instruction_list(request: HttpRequest) -> HttpResponse:
    user, today = user_of(request), timezone.localdate()
    lines = waiting_for(user, today=today)
    record_consultations(actor=user, holders={line.file.holder for line in lines}, purpose=PURPOSE, what=WHAT)
    context = {
        "recovers": recovers_sums(user),
        "mine": [line for line in lines if line.is_mine],
        "others": [li for li in lines if not li.is_mine],
    }
    return render(request, "rights/instruction_list.html", context)


@requires(instructs_files)
@require_safe
def instruction_detail(request: HttpRequest, file_id: UUID) -> HttpResponse:
    training_file, party = file_or_404(request, file_id)
    today = timezone.localdate()
    steps = steps_of(training_file, party.role, today=today, payer_codes=party.payer_codes)
    turn = turn_of(training_file)
    context = {
        "file": training_file,
        "role": party.role,
        "steps": [(step, QUESTIONS[step.action], SLUG_OF[step.action]) for step in steps],
        "turn": turn,
        "is_late": bool(turn and turn.is_late(today)),
        "timeline": staff_timeline_of(training_file),
        "documents": documents_of(training_file, party.role),
        "removals": removals_of(training_file),
        "document_form": DocumentForm(),
        "message_form": MessageForm(),
    }
    return render(request, "rights/instruction_detail.html", context)


@requires(instructs_files)
@require_http_methods(["GET", "HEAD", "POST"])
def instruction_step(request: HttpRequest, file_id: UUID, slug: str) -> HttpResponse:
    """What one action does, then the action itself."""
    training_file, party = file_or_404(request, file_id)
    action = SLUGS.get(slug)
    if action is None:
        raise Http404
    form = StepForm(
        action, request.POST if request.method == "POST" else None, initial=first_values(training_file)
    )
    today = timezone.localdate()
    refusal = None
    try:
        found_rule(training_file, action, party.role, today=today, payer_codes=party.payer_codes)
        if request.method == "POST" and form.is_valid():
            do_step(
                training_file=training_file, action=action, party=party, today=today, values=form.cleaned_data
            )
            messages.success(request, f"{QUESTIONS[action]} : c’est fait.")
            return redirect("rights:instruction_detail", training_file.pk)
    except RightsRefusal as refused:
        refusal = refused
    context = step_context(training_file, action, form, refusal)
    context |= {"is_staff_page": True, "can_go_on": refusal is None or refusal.code not in STOPPING}
    return render(request, "rights/file_step.html", context)


# Refusals that no other value of the form would lift.
STOPPING = frozenset({"action_not_allowed", "not_now"})


@requires(instructs_files)
@require_POST
def instruction_message(request: HttpRequest, file_id: UUID) -> HttpResponse:
    training_file, party = file_or_404(request, file_id)
    form = MessageForm(request.POST)
    if form.is_valid():
        send_message(
            training_file_id=training_file.pk,
            role=party.role,
            author=user_of(request),
            body=form.cleaned_data["body"],
        )
        messages.success(request, "Votre message est dans le dossier.")
    else:
        messages.error(request, "Écrivez votre message avant de l’envoyer.")
    return redirect("rights:instruction_detail", training_file.pk)


@requires(instructs_files)
@require_http_methods(["GET", "HEAD", "POST"])
def session_sheet(request: HttpRequest, session_id: int) -> HttpResponse:
    """Entries and exits of a whole session on one sheet, each with the days left to declare it."""
    user, today = user_of(request), timezone.localdate()
    files = session_files(user, session_id)
    if not files:
        raise Http404
    record_consultations(actor=user, holders=[file.holder for file in files], purpose=PURPOSE, what=WHAT)
    refused: dict[UUID, str] = {}
    if request.method == "POST":
        done, refused = declare_sheet(request, files)
        if done:
            messages.success(
                request, f"{done} déclaration{'s' if done > 1 else ''} enregistrée{'s' if done > 1 else ''}."
            )
        if not refused:
            return redirect("rights:session_sheet", session_id)
        files = session_files(user, session_id)
    rows = [
        {
            "file": file,
            "days_left": days_left(file),
            "refusal": refused.get(file.pk, ""),
            "charge": sum(part.amount_cents for part in file.fundings.all() if part.instructing_role is None),
        }
        for file in files
    ]
    context = {"first": files[0], "rows": rows, "reasons": ExitReason.choices, "today": today}
    return render(request, "rights/session_sheet.html", context)


def declare_sheet(request: HttpRequest, files: list[TrainingFile]) -> tuple[int, dict[UUID, str]]:
    """Each line that was filled, by itself: one that is refused stops no other."""
    user, today = user_of(request), timezone.localdate()
    done, refused = 0, {}
    for file in files:
        filled = line_form(request, file)
        if filled is None:
            continue
        action, form = filled
        if not form.is_valid():
            refused[file.pk] = "Vérifiez la date et les heures de cette ligne."
            continue
        party = party_of(user, file)
        assert party is not None
        try:
            do_step(training_file=file, action=action, party=party, today=today, values=form.cleaned_data)
            done += 1
        except RightsRefusal as refusal:
            refused[file.pk] = refusal.message
    return done, refused


def line_form(request: HttpRequest, file: TrainingFile) -> tuple[TrainingFileAction, StepForm] | None:
    """The declaration that the line asks for: the entry, the exit or the service done; None when left empty."""
    prefix = str(file.pk)
    values = {
        name: request.POST.get(f"{prefix}-{name}", "") for name in ("day", "exit_reason", "hours", "service")
    }
    if file.state == S.LEFT and values["service"]:
        return TrainingFileAction.DECLARE_SERVICE, StepForm(TrainingFileAction.DECLARE_SERVICE, {})
    if not values["day"]:
        return None
    if file.state == S.ACCEPTED:
        return TrainingFileAction.DECLARE_ENTRY, StepForm(TrainingFileAction.DECLARE_ENTRY, values)
    if file.state == S.IN_TRAINING:
        return TrainingFileAction.DECLARE_EXIT, StepForm(TrainingFileAction.DECLARE_EXIT, values)
    return None


def days_left(file: TrainingFile) -> int | None:
    """Working days until the due date of the declaration; negative when it is past, None when nothing is due."""
    if file.due_on is None or file.state not in (S.ACCEPTED, S.IN_TRAINING, S.LEFT):
        return None
    return working_days_between(timezone.localdate(), file.due_on, Zone(file.zone))


def file_or_404(request: HttpRequest, file_id: UUID) -> tuple[TrainingFile, Party]:
    """The file when it concerns the user, the consultation written; others look as if they did not exist."""
    user = user_of(request)
    training_file = file_for(user, file_id)
    party = party_of(user, training_file) if training_file else None
    if training_file is None or party is None:
        raise Http404
    record_consultation(actor=user, holder=training_file.holder, purpose=PURPOSE, what=WHAT)
    return training_file, party


def first_values(training_file: TrainingFile) -> dict[str, object]:
    """What the file knows already is never asked again."""
    return {
        "price": training_file.price_cents or None,
        "starts_on": training_file.session_starts_on,
        "ends_on": training_file.session_ends_on,
        "day": timezone.localdate(),
    }
