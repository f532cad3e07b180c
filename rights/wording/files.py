"""What a training file says of itself: what happened, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cpa_portal.kernel.templatetags.cpa import date_fr
from rights.enums import FileOrigin, FileRole, TrainingFileAction, TrainingFileState, Transmission
from rights.models import TrainingFile, TrainingFileTransition


@dataclass(frozen=True)
class Milestone:
    at: datetime
    sentence: str


def timeline_of(training_file: TrainingFile) -> list[Milestone]:
    """What happened, the last first. Reads the prefetched transitions."""
    milestones = [
        Milestone(transition.at, step_sentence(training_file, transition))
        for transition in training_file.transitions.all()
    ]
    if training_file.transmitted_at is not None:
        milestones.append(
            Milestone(
                training_file.transmitted_at, "Votre demande a été transmise à AGORA, qui l’a enregistrée."
            )
        )
    return sorted(milestones, key=lambda milestone: milestone.at, reverse=True)


def staff_timeline_of(training_file: TrainingFile) -> list[Milestone]:
    """The same for those who instruct: who did what, the last first."""
    return [
        Milestone(transition.at, _staff_sentence(transition))
        for transition in reversed(training_file.transitions.all())
    ]


def _staff_sentence(transition: TrainingFileTransition) -> str:
    state = transition.get_to_state_display()
    if not transition.action:
        return f"Dossier ouvert : « {state} »."
    who = transition.get_role_display() if transition.role else transition.get_origin_display()
    reason = f" Motif : {transition.reason.rstrip('.')}." if transition.reason else ""
    return f"{who[:1].upper()}{who[1:]} : {transition.get_action_display()}. État : « {state} ».{reason}"


def step_sentence(training_file: TrainingFile, transition: TrainingFileTransition) -> str:
    """What one step was, told to the person."""
    if not transition.action:
        return CREATION_SENTENCES[FileOrigin(training_file.origin)]
    if transition.action == TrainingFileAction.DECLARE_ENTRY:
        return f"Votre entrée en formation a été déclarée, au {date_fr(training_file.entered_on)}."
    key = (transition.action, transition.role)
    sentence = SENTENCES.get(key) or SENTENCES[(transition.action, "")]
    reason = f" Motif : {transition.reason.rstrip('.')}." if transition.reason else ""
    return f"{sentence}{reason}{GIVEN_BACK if key in GIVING_BACK else ''}"


A, R = TrainingFileAction, FileRole
GIVEN_BACK = " Vos droits sont de nouveau disponibles."
# By action and role; without role for those that one party alone may do, and for histories older than roles.
SENTENCES: dict[tuple[str, str], str] = {
    (A.PROPOSE, ""): "L’organisme a accepté votre demande et vous propose l’inscription.",
    (A.REFUSE, R.ORGANISATION): "L’organisme a refusé votre demande.",
    (A.REFUSE, ""): "AGORA a refusé le dossier.",
    (A.COMMIT, ""): "Vous avez confirmé votre inscription.",
    (A.DECLINE, ""): "Vous avez décliné la proposition.",
    (A.CANCEL, R.ORGANISATION): "L’organisme a annulé l’inscription.",
    (A.CANCEL, R.AGORA): "Un partenaire a annulé le dossier dans AGORA.",
    (A.CANCEL, ""): "Vous avez annulé votre demande.",
    (A.CANCEL_LATE, ""): "Vous avez annulé hors délai : les droits mis de côté sont perdus.",
    (A.WITHDRAW, ""): "Vous vous êtes rétracté.",
    (A.AGREE_PART, R.REGION): "La Région a accepté de payer sa part.",
    (A.AGREE_PART, R.PUBLIC_EMPLOYER): "Votre employeur public a accepté de payer sa part.",
    (A.AGREE_PART, R.TRAINING_FUND): "Votre fonds d’assurance formation a accepté de payer sa part.",
    (A.AGREE_PART, ""): "Un financeur a accepté de payer sa part.",
    (
        A.REFUSE_PART,
        R.REGION,
    ): "La Région a refusé de payer sa part. La proposition vous revient, recalculée.",
    (A.REFUSE_PART, R.PUBLIC_EMPLOYER): (
        "Votre employeur public a refusé de payer sa part. La proposition vous revient, recalculée."
    ),
    (A.REFUSE_PART, ""): "Un financeur a refusé de payer sa part. La proposition vous revient, recalculée.",
    (A.FORCE_MAJEURE, ""): "La Caisse des dépôts a reconnu un cas de force majeure.",
    (
        A.DECLARE_NO_SHOW,
        "",
    ): "L’organisme a déclaré votre absence à l’entrée : les droits mis de côté sont perdus.",
    (A.DECLARE_EXIT, ""): "L’organisme a déclaré votre sortie de formation.",
    (A.DECLARE_SERVICE, ""): "L’organisme a déclaré le service fait.",
    (A.VALIDATE_SERVICE, ""): "La Caisse des dépôts a validé le service fait : vos droits ont été utilisés.",
    (A.RETURN_SERVICE, ""): "La Caisse des dépôts a demandé à l’organisme de corriger le service fait.",
    (A.PAY, ""): "L’organisme a été payé.",
    (A.ASK_REVIEW, ""): "Vous avez demandé qu’une personne examine ce dossier.",
    (A.UPHOLD, ""): "Une personne de la Caisse des dépôts a examiné votre dossier et maintient le refus.",
    (A.REOPEN, R.REGION): "Votre Région a corrigé ce qu’AGORA refusait dans votre dossier, qui est rouvert.",
    (A.REOPEN, ""): "Une personne de la Caisse des dépôts a examiné votre dossier et le rouvre.",
    (A.EXPIRE, ""): "Le délai de réponse est dépassé.",
}
GIVING_BACK = frozenset(
    {
        (A.REFUSE, R.ORGANISATION), (A.REFUSE, R.AGORA), (A.REFUSE, ""), (A.DECLINE, R.HOLDER),
        (A.CANCEL, R.ORGANISATION), (A.CANCEL, R.HOLDER), (A.CANCEL, ""), (A.WITHDRAW, R.HOLDER),
    }
)  # fmt: skip


CREATION_SENTENCES = {
    FileOrigin.PORTAL: "Vous avez demandé cette formation. La part payée par vos droits est mise de côté.",
    FileOrigin.AGORA: "Nous avons reçu ce dossier d’AGORA : un organisme ou un financeur l’a ouvert pour vous.",
    FileOrigin.PARTNER: "Un partenaire a ouvert ce dossier.",
}

S = TrainingFileState
# What happens now, in the words of the person concerned. `{due}`: by when, when a date runs.
NEXT_STEPS: dict[str, str] = {
    S.PROPOSED: "L’organisme vous propose l’inscription. À vous de la confirmer{due}, sinon la proposition tombe.",
    S.WAITING_FUNDERS: (
        "Vous avez confirmé. Un financeur doit encore répondre de sa part{due} ; sans réponse, la proposition vous "
        "revient sans elle."
    ),
    S.LEFT: "Votre formation est finie. L’organisme doit déclarer le service fait{due} pour être payé.",
    S.SERVICE_DECLARED: "Le service fait est déclaré. La Caisse des dépôts le vérifie, puis vos droits paient.",
    S.SERVICE_DONE: "Vos droits ont été utilisés. L’organisme est payé{due}. Vous n’avez rien à faire.",
    S.PAID: "Ce dossier est terminé : la formation est suivie et payée.",
    S.CANCELLED: "Ce dossier est clos. Vous pouvez demander une autre formation quand vous le souhaitez.",
    S.DECLINED: "Ce dossier est clos. Vous pouvez demander une autre formation quand vous le souhaitez.",
    S.WITHDRAWN: "Ce dossier est clos et rien ne vous est dû. Vous pouvez demander une autre formation.",
    S.EXPIRED: (
        "Ce dossier s’est fermé de lui-même, faute de réponse à temps. Vous pouvez refaire la demande, ou demander "
        "qu’une personne l’examine."
    ),
    S.REFUSED: (
        "Ce dossier est clos. Vérifiez le motif du refus ; un conseiller en évolution professionnelle peut vous aider "
        "à le lever, gratuitement. Vous pouvez aussi demander qu’une personne examine le dossier."
    ),
    S.NOT_ENTERED: (
        "L’organisme dit que vous n’êtes pas venu. Si vous aviez un empêchement grave, écrivez-le dans le dossier, "
        "avec une preuve : la Caisse des dépôts peut tout vous rendre."
    ),
    S.IN_REVIEW: "Une personne de la Caisse des dépôts examine ce dossier. Elle vous répond{due}.",
}


def next_step(training_file: TrainingFile) -> str:
    """What happens now, by when, and what the person may do, in one or two sentences."""
    due = f" avant la fin du {date_fr(training_file.due_on)}" if training_file.due_on else ""
    if training_file.state in NEXT_STEPS:
        return NEXT_STEPS[training_file.state].format(due=due)
    if training_file.state == S.IN_TRAINING:
        return f"Vous suivez cette formation jusqu’au {date_fr(training_file.session_ends_on)}."
    if training_file.transmission == Transmission.PENDING:
        return (
            "Votre demande part vers AGORA, le système qui réunit les dossiers de formation. Vous n’avez rien à "
            "faire. Vous pouvez encore l’annuler."
        )
    if training_file.state == S.REQUESTED and due:
        return f"L’organisme doit vous répondre{due}. Sans réponse, la demande se ferme et vos droits vous reviennent."
    return (
        f"Présentez-vous à l’organisme le {date_fr(training_file.session_starts_on)}. Il déclarera votre entrée en "
        "formation. Si vous ne pouvez plus venir, prévenez-le au plus tôt."
    )
