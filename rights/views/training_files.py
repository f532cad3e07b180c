from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import is_holder
from cpa_portal.kernel.access import requires
from rights.enums import FileRole, TrainingFileAction, TrainingFileState
from rights.exceptions import RightsRefusal
from rights.forms.steps import DocumentForm, MessageForm
from rights.models import TrainingFile
from rights.ports import told_changes
from rights.selectors.file_documents import documents_of, removals_of
from rights.selectors.file_steps import steps_of, turn_of
from rights.selectors.training_files import can_cancel, file_of, files_of
from rights.services.training_files import cancel_training_file
from rights.views.request_types import HolderRequest
from rights.wording.files import next_step, timeline_of
from rights.wording.steps import QUESTIONS, SLUG_OF

FILES_PER_PAGE = 20


@requires(is_holder)
@require_safe
def file_list(request: HolderRequest) -> HttpResponse:
    page = Paginator(files_of(request.holder), FILES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "rights/file_list.html", {"page": page})


@requires(is_holder)
@require_safe
def file_detail(request: HolderRequest, file_id: UUID) -> HttpResponse:
    training_file = own_file(request, file_id)
    today = timezone.localdate()
    context = {
        "file": training_file,
        "next_step": next_step(training_file),
        "timeline": timeline_of(training_file),
        "can_cancel": can_cancel(training_file, today),
        "steps": [
            (step, QUESTIONS[step.action], SLUG_OF[step.action])
            for step in steps_of(training_file, FileRole.HOLDER, today=today)
            if step.action != TrainingFileAction.CANCEL
        ],
        "turn": turn_of(training_file),
        "can_ask_top_up": training_file.state == TrainingFileState.PROPOSED,
        "told_changes": told_changes(training_file),
        "messages_sent": sorted(training_file.messages.all(), key=lambda message: message.pk),
        "documents": documents_of(training_file, FileRole.HOLDER),
        "removals": removals_of(training_file),
        "document_form": DocumentForm(),
        "message_form": MessageForm(),
    }
    return render(request, "rights/file_detail.html", context)


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def file_cancel(request: HolderRequest, file_id: UUID) -> HttpResponse:
    training_file = own_file(request, file_id)
    refusal = None
    if request.method == "POST":
        try:
            cancel_training_file(training_file_id=training_file.pk, today=timezone.localdate())
        except RightsRefusal as refused:
            refusal = refused
        else:
            messages.success(request, "Votre demande est annulée. Vos droits sont de nouveau disponibles.")
            return redirect("rights:file_detail", training_file.pk)
    context = {
        "file": training_file,
        "refusal": refusal,
        "can_cancel": can_cancel(training_file, timezone.localdate()),
    }
    return render(request, "rights/file_cancel.html", context)


def own_file(request: HolderRequest, file_id: UUID) -> TrainingFile:
    """The file when it is this person's; an unknown file and another person's look the same."""
    training_file = file_of(request.holder, file_id)
    if training_file is None:
        raise Http404
    return training_file
