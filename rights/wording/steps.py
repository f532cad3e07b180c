"""What a step means for who takes it: its name on a button, its address, what follows from it."""

from __future__ import annotations

from datetime import date
from string import Formatter

from rights.enums import TrainingFileAction
from rights.parameters import value_on

A = TrainingFileAction
SLUGS: dict[str, TrainingFileAction] = {
    "proposer": A.PROPOSE,
    "refuser": A.REFUSE,
    "confirmer": A.COMMIT,
    "decliner": A.DECLINE,
    "annuler": A.CANCEL,
    "annuler-hors-delai": A.CANCEL_LATE,
    "se-retracter": A.WITHDRAW,
    "accorder-sa-part": A.AGREE_PART,
    "refuser-sa-part": A.REFUSE_PART,
    "force-majeure": A.FORCE_MAJEURE,
    "declarer-entree": A.DECLARE_ENTRY,
    "declarer-absence": A.DECLARE_NO_SHOW,
    "declarer-sortie": A.DECLARE_EXIT,
    "declarer-service-fait": A.DECLARE_SERVICE,
    "valider-service-fait": A.VALIDATE_SERVICE,
    "renvoyer-service-fait": A.RETURN_SERVICE,
    "payer": A.PAY,
    "demander-examen": A.ASK_REVIEW,
    "maintenir-refus": A.UPHOLD,
    "rouvrir": A.REOPEN,
}
SLUG_OF: dict[str, str] = {action.value: slug for slug, action in SLUGS.items()}

# What is between braces is the number of a dated parameter.
CONSEQUENCES: dict[str, str] = {
    A.PROPOSE: (
        "Le titulaire aura {holder_answer_days} jours ouvrés pour confirmer. Vous ne pourrez plus changer le prix "
        "ni les dates."
    ),
    A.REFUSE: "Le dossier se ferme et les droits mis de côté sont rendus. La personne lira votre motif.",
    A.COMMIT: "Vous vous engagez à suivre la formation et à payer le reste à charge.",
    A.DECLINE: "Le dossier se ferme et vos droits vous sont rendus aussitôt.",
    A.CANCEL: "Le dossier se ferme et ce qui est mis de côté est rendu aussitôt.",
    A.CANCEL_LATE: (
        "Vous perdez tous les droits mis de côté pour cette formation, car elle commence dans moins de "
        "{free_cancellation_notice} jours ouvrés. "
        "En cas de force majeure (maladie, accident, décès d’un proche), n’annulez pas ici : écrivez dans le dossier."
    ),
    A.WITHDRAW: "Vous renoncez à l’inscription, sans motif ni frais. Vos droits vous sont rendus aussitôt.",
    A.AGREE_PART: "Vous vous engagez à payer votre part. Quand tous ont accepté, l’inscription est ferme.",
    A.REFUSE_PART: "La proposition revient au titulaire, qui décidera sans votre part. Il lira votre motif.",
    A.FORCE_MAJEURE: "Seul ce qui a été suivi est dû ; le reste des droits est rendu au titulaire.",
    A.DECLARE_ENTRY: "Le dossier passe en formation. AGORA en est informé.",
    A.DECLARE_NO_SHOW: "Le titulaire perd les droits mis de côté, sauf force majeure reconnue ensuite.",
    A.DECLARE_EXIT: (
        "Le dossier passe en sortie. Vous aurez {service_declaration_days} jours ouvrés pour déclarer le service fait."
    ),
    A.DECLARE_SERVICE: "La Caisse des dépôts vérifie, puis utilise les droits et vous paie.",
    A.VALIDATE_SERVICE: "Les droits mis de côté sont utilisés pour ce qui est dû ; le reste est rendu.",
    A.RETURN_SERVICE: "Le dossier revient à l’organisme, qui lira votre motif et corrigera.",
    A.PAY: "Le dossier est terminé.",
    A.ASK_REVIEW: (
        "Une personne de la Caisse des dépôts examine le dossier et vous répond dans les {review_answer_months} mois."
    ),
    A.UPHOLD: "Le refus est maintenu. La personne lira votre motif et ses recours.",
    A.REOPEN: "La demande repart chez l’organisme, avec un nouveau délai.",
}

QUESTIONS: dict[str, str] = {
    A.PROPOSE: "Proposer l’inscription",
    A.REFUSE: "Refuser la demande",
    A.COMMIT: "Confirmer mon inscription",
    A.DECLINE: "Décliner la proposition",
    A.CANCEL: "Annuler l’inscription",
    A.CANCEL_LATE: "Annuler en perdant mes droits",
    A.WITHDRAW: "Me rétracter",
    A.AGREE_PART: "Accorder ma part",
    A.REFUSE_PART: "Refuser ma part",
    A.FORCE_MAJEURE: "Reconnaître la force majeure",
    A.DECLARE_ENTRY: "Déclarer l’entrée",
    A.DECLARE_NO_SHOW: "Déclarer l’absence",
    A.DECLARE_EXIT: "Déclarer la sortie",
    A.DECLARE_SERVICE: "Déclarer le service fait",
    A.VALIDATE_SERVICE: "Valider le service fait",
    A.RETURN_SERVICE: "Renvoyer pour correction",
    A.PAY: "Marquer comme payé",
    A.ASK_REVIEW: "Demander qu’une personne examine",
    A.UPHOLD: "Maintenir le refus",
    A.REOPEN: "Rouvrir le dossier",
}
IRREVERSIBLE = frozenset({A.CANCEL_LATE, A.DECLARE_NO_SHOW, A.VALIDATE_SERVICE, A.COMMIT})


def consequence_of(action: TrainingFileAction, day: date) -> str:
    """What follows from an action taken that day, with the delays of that day."""
    names = [name for _, name, _, _ in Formatter().parse(CONSEQUENCES[action]) if name]
    return CONSEQUENCES[action].format(**{name: value_on(name, day).number for name in names})
