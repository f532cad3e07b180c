"""What each situation changes, in words, and what else is asked about it. No legal figure: those are dated values."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.enums import SituationKind


@dataclass(frozen=True, slots=True)
class SituationPage:
    """How a situation is asked. `is_status`: one enters it and leaves it; the others are replaced by the next."""

    slug: str
    question: str
    effect: str
    is_status: bool = True


PAGES: dict[SituationKind, SituationPage] = {
    SituationKind.DIPLOMA_LEVEL: SituationPage(
        "diplome",
        "Quel est votre diplôme le plus élevé ?",
        "Sans diplôme de niveau CAP, vos droits à la formation augmentent plus vite, et plus haut.",
        is_status=False,
    ),
    SituationKind.PRIVATE_EMPLOYEE: SituationPage(
        "salarie",
        "Êtes-vous salarié d’une entreprise ou d’une association ?",
        "Votre employeur déclare votre temps de travail : vos droits en euros en découlent, une fois par an.",
    ),
    SituationKind.PUBLIC_AGENT: SituationPage(
        "agent-public",
        "Êtes-vous agent public ?",
        "Vos droits s’acquièrent en heures. Ceux que vous avez déjà en euros restent à vous.",
    ),
    SituationKind.SELF_EMPLOYED: SituationPage(
        "independant",
        "Travaillez-vous à votre compte ?",
        "Vos droits suivent le temps d’exercice, si la contribution à la formation est payée.",
    ),
    SituationKind.JOB_SEEKER: SituationPage(
        "demandeur-emploi",
        "Cherchez-vous un emploi ?",
        "Vos droits ne baissent pas et n’augmentent pas. La participation aux frais ne vous est pas demandée.",
    ),
    SituationKind.ESAT_WORKER: SituationPage(
        "esat",
        "Travaillez-vous en établissement ou service d’accompagnement par le travail (ESAT) ?",
        "Vos droits sont les mêmes à temps plein et à temps partiel, avec un plafond relevé.",
    ),
    SituationKind.APPRENTICE: SituationPage(
        "apprenti",
        "Êtes-vous apprenti ?",
        "Votre compte s’ouvre plus tôt, et vos droits augmentent comme ceux d’un salarié.",
    ),
    SituationKind.SEASONAL_WORKER: SituationPage(
        "saisonnier",
        "Êtes-vous salarié saisonnier ?",
        "Un accord de votre branche ou de votre entreprise peut augmenter vos droits.",
    ),
    SituationKind.RETIRED: SituationPage(
        "retraite",
        "Êtes-vous à la retraite ?",
        "À taux plein, vos droits du travail ne s’utilisent plus ; ceux de l’engagement citoyen servent encore aux "
        "formations de bénévole.",
    ),
    SituationKind.DISABLED_WORKER: SituationPage(
        "handicap",
        "Êtes-vous bénéficiaire de l’obligation d’emploi (RQTH, AAH, pension, carte mobilité inclusion) ?",
        "Vos droits sont majorés et leur plafond relevé. Cap emploi peut aussi vous conseiller.",
    ),
    SituationKind.EXECUTIVE: SituationPage(
        "cadre",
        "Êtes-vous cadre ?",
        "L’Apec peut vous conseiller, en plus du réseau de votre région.",
    ),
    SituationKind.HOME_PLACE: SituationPage(
        "residence",
        "Dans quelle commune habitez-vous ?",
        "Les formations et les rendez-vous sont d’abord cherchés près de chez vous ; votre région suit vos dossiers.",
        is_status=False,
    ),
    SituationKind.WORK_PLACE: SituationPage(
        "travail",
        "Dans quelle commune travaillez-vous ?",
        "Les rendez-vous sont aussi proposés près de votre travail.",
        is_status=False,
    ),
}
KIND_OF_SLUG = {page.slug: kind for kind, page in PAGES.items()}
