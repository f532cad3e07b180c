"""What a training file says of itself: what happened, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cpa_portal.kernel.templatetags.cpa import date_fr
from rights.enums import FileOrigin, TrainingFileAction, TrainingFileState, Transmission
from rights.models import TrainingFile, TrainingFileTransition


@dataclass(frozen=True)
class Milestone:
    at: datetime
    sentence: str


def timeline_of(training_file: TrainingFile) -> list[Milestone]:
    """What happened, the last first. Reads the prefetched transitions."""
    milestones = [
        Milestone(transition.at, _transition_sentence(training_file, transition))
        for transition in training_file.transitions.all()
    ]
    if training_file.transmitted_at is not None:
        milestones.append(
            Milestone(
                training_file.transmitted_at, "Votre demande a été transmise à AGORA, qui l’a enregistrée."
            )
        )
    return sorted(milestones, key=lambda milestone: milestone.at, reverse=True)


def _transition_sentence(training_file: TrainingFile, transition: TrainingFileTransition) -> str:
    match transition.action:
        case TrainingFileAction.CANCEL:
            return "Vous avez annulé votre demande. Vos droits sont de nouveau disponibles."
        case TrainingFileAction.REFUSE:
            return f"AGORA a refusé le dossier : {transition.reason}. Vos droits sont de nouveau disponibles."
        case TrainingFileAction.DECLARE_ENTRY:
            return f"Votre entrée en formation a été déclarée, au {date_fr(training_file.entered_on)}."
    return CREATION_SENTENCES[FileOrigin(training_file.origin)]


CREATION_SENTENCES = {
    FileOrigin.PORTAL: "Vous avez demandé cette formation. La part payée par vos droits est mise de côté.",
    FileOrigin.AGORA: "Nous avons reçu ce dossier d’AGORA : un organisme ou un financeur l’a ouvert pour vous.",
    FileOrigin.PARTNER: "Un partenaire a ouvert ce dossier.",
}


def next_step(training_file: TrainingFile) -> str:
    """What happens now, and what the person may do, in one or two sentences."""
    match training_file.state:
        case TrainingFileState.CANCELLED:
            return "Ce dossier est clos. Vous pouvez demander une autre formation quand vous le souhaitez."
        case TrainingFileState.REFUSED:
            return (
                "Ce dossier est clos. Vérifiez le motif du refus ; un conseiller en évolution professionnelle peut "
                "vous aider à le lever, gratuitement."
            )
        case TrainingFileState.IN_TRAINING:
            return f"Vous suivez cette formation jusqu’au {date_fr(training_file.session_ends_on)}."
    if training_file.transmission == Transmission.PENDING:
        return (
            "Votre demande part vers AGORA, le système qui réunit les dossiers de formation. Vous n’avez rien à "
            "faire. Vous pouvez encore l’annuler."
        )
    return (
        f"Présentez-vous à l’organisme le {date_fr(training_file.session_starts_on)}. Il déclarera votre entrée en "
        "formation. Si vous ne pouvez plus venir, prévenez-le au plus tôt."
    )
