from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from accounts.models import PrivateFile
from accounts.permissions import is_signed_in
from accounts.selectors.private_files import file_of
from cpa_portal.kernel.access import requires


@requires(is_signed_in)
@require_safe
def file_download(request: HttpRequest, pk: UUID) -> FileResponse:
    """The document, to its owner alone; another person's and an unknown one look the same."""
    document = file_of(request.user, pk)
    if document is None:
        raise Http404
    return as_download(document)


def as_download(document: PrivateFile) -> FileResponse:
    """The content as an attachment; the caller has checked who asks for it."""
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.name,
        content_type=document.content_type,
    )
    return never_shown(response)


def never_shown(response: FileResponse) -> FileResponse:
    """The same answer, to be kept by whoever asked and by nobody in between."""
    # Never rendered, never guessed, never kept: the content came from elsewhere and concerns one person.
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
