"""Documents of a file: joined and opened by its parties, each on their own side of the site."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import is_holder
from accounts.services.access_log import record_consultation
from accounts.views.private_files import as_download
from accounts.views.requests import user_of
from cpa_portal.kernel.access import requires
from rights.enums import FileRole
from rights.exceptions import DocumentRefused
from rights.forms.steps import DocumentForm
from rights.models import TrainingFile, TrainingFileDocument
from rights.permissions import instructs_files
from rights.rules.file_documents import removal_refusal
from rights.services.training_files.documents import (
    LARGEST_BYTES,
    add_document,
    remove_document,
)
from rights.views.instruction import PURPOSE, file_or_404
from rights.views.request_types import HolderRequest
from rights.views.training_files import own_file

WHAT = "Document d’un dossier de formation"


@requires(is_holder)
@require_POST
def file_document_add(request: HolderRequest, file_id: UUID) -> HttpResponse:
    training_file = own_file(request, file_id)
    join(request, training_file, FileRole.HOLDER)
    return redirect("rights:file_detail", training_file.pk)


@requires(is_holder)
@require_safe
def file_document(request: HolderRequest, file_id: UUID, pk: UUID) -> FileResponse:
    return download(own_file(request, file_id), pk)


@requires(instructs_files)
@require_POST
def instruction_document_add(request: HttpRequest, file_id: UUID) -> HttpResponse:
    training_file, party = file_or_404(request, file_id)
    join(request, training_file, party.role)
    return redirect("rights:instruction_detail", training_file.pk)


@requires(instructs_files)
@require_safe
def instruction_document(request: HttpRequest, file_id: UUID, pk: UUID) -> FileResponse:
    training_file, _ = file_or_404(request, file_id)
    response = download(training_file, pk)
    record_consultation(actor=user_of(request), holder=training_file.holder, purpose=PURPOSE, what=WHAT)
    return response


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def file_document_remove(request: HolderRequest, file_id: UUID, pk: UUID) -> HttpResponse:
    return take_back(request, own_file(request, file_id), pk, FileRole.HOLDER, "rights:file_detail")


@requires(instructs_files)
@require_http_methods(["GET", "HEAD", "POST"])
def instruction_document_remove(request: HttpRequest, file_id: UUID, pk: UUID) -> HttpResponse:
    training_file, party = file_or_404(request, file_id)
    return take_back(request, training_file, pk, party.role, "rights:instruction_detail")


def take_back(
    request: HttpRequest, training_file: TrainingFile, pk: UUID, role: FileRole, back: str
) -> HttpResponse:
    """What removing the document does, or why it may not be; then the removal itself."""
    document = document_or_404(training_file, pk)
    refusal = removal_refusal(FileRole(document.role), training_file.state, role)
    if request.method == "POST" and not refusal:
        try:
            remove_document(document=document, role=role)
        except DocumentRefused as refused:
            refusal = refused.message
        else:
            messages.success(
                request, "Le document est retiré du dossier. Le dossier garde la date du retrait."
            )
            return redirect(back, training_file.pk)
    context = {"file": training_file, "document": document, "refusal": refusal, "back": back}
    return render(request, "rights/file_document_remove.html", context)


def join(request: HttpRequest, training_file: TrainingFile, role: FileRole) -> None:
    """The document that was sent, or why it is not kept, said on the page of the file."""
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "Choisissez un document avant de l’envoyer.")
        return
    sent, author = form.cleaned_data["document"], request.user
    assert isinstance(author, User)
    try:
        # One byte more than allowed is enough to refuse it: the rest is never read.
        content = sent.read(LARGEST_BYTES + 1)
        add_document(
            training_file_id=training_file.pk, role=role, author=author, name=sent.name, content=content
        )
    except DocumentRefused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, "Votre document est dans le dossier.")


def download(training_file: TrainingFile, pk: UUID) -> FileResponse:
    return as_download(document_or_404(training_file, pk).content)


def document_or_404(training_file: TrainingFile, pk: UUID) -> TrainingFileDocument:
    """A document of that file alone: one of another file looks as if it did not exist."""
    document = training_file.documents.select_related("content").filter(pk=pk).first()
    if document is None:
        raise Http404
    return document
