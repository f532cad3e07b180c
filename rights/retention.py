"""What leaves this room when its time has come. The ledger and the histories stay, and name nobody any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.ports import KeptForProof, Sweep
from accounts.retention import forgettable
from accounts.services.private_files import delete_private_file
from rights.models import TrainingFile, TrainingFileDocument

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet


def files_with_words_of_the_dead(today: date) -> QuerySet[TrainingFile]:
    """Files of people who died three years ago, that still hold what they wrote."""
    return TrainingFile.objects.filter(holder__in=forgettable(today)).exclude(wish="")


def documents_of_the_dead(today: date) -> QuerySet[TrainingFileDocument]:
    return TrainingFileDocument.objects.filter(training_file__holder__in=forgettable(today))


def remove_documents(rows: QuerySet[TrainingFileDocument]) -> int:
    """The contents go, and the rows with them."""
    removed = 0
    for document in rows.select_related("content"):
        delete_private_file(document=document.content)
        removed += 1
    return removed


def blank_words(rows: QuerySet[TrainingFile]) -> int:
    return rows.update(wish="")


ACCOUNTS = (
    "Code du travail, articles R. 6323-39 et R. 6323-40 ; Code monétaire et financier, article R. 518-29 (comptes de "
    "la Caisse des dépôts) ; règlement (UE) 2016/679, article 17, paragraphe 3, points b et e"
)

RETENTION_SWEEPS = (
    Sweep(
        "textes-des-dossiers",
        "Ce que la personne a écrit dans ses dossiers de formation",
        "Trois ans après le décès",
        ("rights.TrainingFile",),
        files_with_words_of_the_dead,
        blank_words,
    ),
    Sweep(
        "documents-des-dossiers",
        "Documents joints aux dossiers de formation",
        "Trois ans après le décès",
        ("rights.TrainingFileDocument",),
        documents_of_the_dead,
        remove_documents,
    ),
)
KEPT_FOR_PROOF = (
    KeptForProof(
        (
            "rights.Counter",
            "rights.Entry",
            "rights.EntryKey",
            "rights.YearlyFeeding",
            "rights.Declaration",
            "rights.Statement",
            "rights.UndueSum",
            "rights.Repayment",
            "rights.RepaymentReceipt",
            "rights.PointsRequest",
            "rights.PointsAnswer",
        ),
        "Une comptabilité : chaque solde est la somme de ses écritures, et la base refuse d’en retirer une.",
        ACCOUNTS,
        "Trois ans après le décès, elle ne désigne plus personne : le titulaire est effacé, les montants restent.",
    ),
    KeptForProof(
        ("rights.TrainingFileFunding", "rights.TrainingFileTransition", "rights.JournalEvent"),
        "Qui a payé quoi, et quand : la preuve des paiements, dont ceux que l’Union européenne finance (cinq ans).",
        ACCOUNTS,
        "Trois ans après le décès, ces lignes ne désignent plus personne.",
    ),
    KeptForProof(
        ("rights.TrainingFileMessage",),
        "Ce que les parties d’un dossier se sont écrit ne se modifie pas : il tranche un litige sur le paiement.",
        "Règlement (UE) 2016/679, article 17, paragraphe 3, point e",
        "Trois ans après le décès, la ligne ne désigne plus personne ; un nom écrit dans le texte du message demeure.",
    ),
)
