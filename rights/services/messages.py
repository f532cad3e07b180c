"""What is written to the person about their files: rows here, rendered when they are sent."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Holder
from accounts.ports import RenderedMessage
from accounts.services.notifications import notify
from cpa_portal.kernel.templatetags.cpa import date_fr
from cpa_portal.kernel.theme import current_portal
from rights.enums import FileRole, PointsOutcome, TrainingFileState
from rights.models import (
    PointsAnswer,
    TrainingFile,
    TrainingFileDocument,
    TrainingFileMessage,
    TrainingFileTransition,
)
from rights.wording.files import step_sentence

FILE_CHANGED: Final = "rights.file_changed"
SUBJECT: Final = "Du nouveau sur votre dossier de formation"
POINTS_ANSWERED: Final = "rights.points_answered"
POINTS_SUBJECT: Final = "Une réponse à votre demande"


def announce_step(*, training_file: TrainingFile, transition: TrainingFileTransition) -> None:
    """Tell the holder, in the caller's transaction, what others did on the file; their own steps need no message."""
    if transition.role == FileRole.HOLDER:
        return
    what_next = ""
    if training_file.state == TrainingFileState.PROPOSED and training_file.due_on is not None:
        what_next = (
            f"Répondez au plus tard le {date_fr(training_file.due_on)} : sans réponse, la demande est annulée "
            "et vos droits redeviennent disponibles."
        )
    _write(
        training_file,
        key=f"step:{transition.pk}",
        what=step_sentence(training_file, transition),
        then=what_next,
    )


def announce_message(*, message: TrainingFileMessage) -> None:
    """Tell the holder that another party wrote; what it says is read on the file alone."""
    if message.role == FileRole.HOLDER:
        return
    who = message.get_role_display()
    what = f"{who[:1].upper()}{who[1:]} vous a écrit un message. Il se lit sur votre dossier."
    _write(message.training_file, key=f"message:{message.pk}", what=what, then="")


def announce_document(*, document: TrainingFileDocument) -> None:
    """Tell the holder that another party joined a document; its name is read on the file alone."""
    if document.role == FileRole.HOLDER:
        return
    who = document.get_role_display()
    what = f"{who[:1].upper()}{who[1:]} a joint un document. Il se télécharge sur votre dossier."
    _write(document.training_file, key=f"document:{document.pk}", what=what, then="")


def announce_document_removed(*, training_file: TrainingFile, role: FileRole, document_id: UUID) -> None:
    """Tell the holder that another party took back a document that it had joined."""
    if role == FileRole.HOLDER:
        return
    who = role.label
    what = f"{who[:1].upper()}{who[1:]} a retiré un document du dossier."
    _write(training_file, key=f"document-removed:{document_id}", what=what, then="")


def announce_points_answer(*, answer: PointsAnswer) -> None:
    """Tell the person what was answered to their request for points; why is read on the site alone."""
    asked = answer.request
    recipient = _address(asked.holder)
    if not recipient:
        return
    granted = answer.outcome == PointsOutcome.GRANTED
    notify(
        kind=POINTS_ANSWERED,
        recipient=recipient,
        holder=asked.holder,
        dedup_key=f"{POINTS_ANSWERED}:{asked.pk}",
        context={
            "name": asked.holder.display_name,
            "asked_on": date_fr(asked.asked_on),
            "what": "Elle est acceptée." if granted else "Elle est refusée.",
            "then": (
                "Les points sont pris sur votre compte."
                if granted
                else "Vos points sont de nouveau disponibles. Le motif et les suites possibles sont sur le site."
            ),
            "address": f"{settings.SITE_URL}{reverse('rights:points_use')}",
        },
    )


def render_points_answered(context: Mapping[str, Any]) -> RenderedMessage:
    """The subject does not name the points: they say that the work is hard, and others may read."""
    variables = {**context, "subject": POINTS_SUBJECT, "portal": current_portal()}
    return RenderedMessage(
        subject=POINTS_SUBJECT,
        text=render_to_string("emails/rights/points_answered.txt", variables),
        html=render_to_string("emails/rights/points_answered.html", variables),
    )


def _write(training_file: TrainingFile, *, key: str, what: str, then: str) -> None:
    if settings.AGORA_ROLE != "portal":
        # The exchange has no page to send anybody to: the portal tells what it learns from it.
        return
    holder = training_file.holder
    recipient = _address(holder)
    if not recipient:
        return
    notify(
        kind=FILE_CHANGED,
        recipient=recipient,
        holder=holder,
        dedup_key=f"{FILE_CHANGED}:{key}",
        context={
            "name": holder.display_name,
            "title": training_file.title,
            "what": what,
            "then": then,
            "address": f"{settings.SITE_URL}{reverse('rights:file_detail', args=[training_file.pk])}",
        },
    )


def _address(holder: Holder) -> str:
    """The web user's address, else the one known of the person; empty when there is none."""
    return (holder.user.email if holder.user else "") or holder.email


def render_file_changed(context: Mapping[str, Any]) -> RenderedMessage:
    """The subject names neither the training nor the person: others may read over a shoulder."""
    variables = {**context, "subject": SUBJECT, "portal": current_portal()}
    return RenderedMessage(
        subject=SUBJECT,
        text=render_to_string("emails/rights/file_changed.txt", variables),
        html=render_to_string("emails/rights/file_changed.html", variables),
    )
