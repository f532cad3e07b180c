"""What this room holds about people: public contacts of training organisations, what holders keep of the offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.ports import RetentionRule

if TYPE_CHECKING:
    from accounts.models import Holder

RETENTION_RULES = [
    RetentionRule(
        data_class="Coordonnées publiques des organismes de formation (nom, adresse, téléphone, courriel)",
        seen_by="Tout le monde : elles sont publiques",
        models=("catalog.Organisation", "catalog.Place", "catalog.DeclaredOrganisation"),
        kept="Tant que l'organisme figure dans l'offre, puis aussi longtemps qu'un dossier de formation y renvoie",
        ground="Mission d'intérêt public : information sur l'offre de formation (Code du travail, L. 6111-7)",
    ),
    RetentionRule(
        data_class="Comptes rendus d'import, où une coordonnée mal écrite peut être citée",
        seen_by="Administrateurs ; l'organisme, pour les fichiers qu'il essaie",
        models=("catalog.ImportRun", "catalog.ImportFinding", "catalog.ImportOrder"),
        kept="Un an",
        ground="Intérêt légitime : prouver ce qui a été refusé ou corrigé dans un flux",
    ),
    RetentionRule(
        data_class="Formations et recherches que vous gardez, et ce qu'elles ont déjà trouvé",
        models=("catalog.KeptTraining", "catalog.SavedSearch", "catalog.KnownResult"),
        kept="Tant que vous les gardez, deux ans au plus après votre dernier changement",
        ground="Mission d'intérêt public, à votre demande. La durée est un choix du portail, à confirmer par le "
        "délégué à la protection des données",
    ),
    RetentionRule(
        data_class="Signalements d'une formation",
        seen_by="Caisse des dépôts et administrateurs, sans votre nom",
        models=("catalog.TrainingReport",),
        kept="Trois ans",
        ground="Mission d'intérêt public : protéger les personnes et les fonds de la formation. La durée est un choix "
        "du portail, à confirmer par le délégué à la protection des données",
        afterwards="Effacement du message et du lien avec la personne, le motif restant pour les statistiques",
    ),
]

TITLE = "Offre de formation"
COPIED = {
    "catalog.KeptTraining": "Formations gardées",
    "catalog.SavedSearch": "Recherches gardées",
    "catalog.TrainingReport": "Signalements suivis",
}
NOT_COPIED = {
    "catalog.KnownResult": "Numéros techniques de formations publiques, qui évitent d'annoncer deux fois la même.",
    "catalog.ImportOrder": "Fichiers déposés par des agents ou des organismes : leur contenu n'est pas d'un titulaire",
}


def export_personal_data(holder: Holder) -> dict[str, Any]:
    """What the person keeps and follows, in three queries; the sessions asked for are in the room of rights."""
    return {
        "Formations gardées": [
            {
                "Formation": kept.training.title,
                "Organisme": kept.training.organisation.name,
                "Gardée le": kept.kept_at.isoformat(),
            }
            for kept in holder.kept_trainings.select_related("training__organisation")
        ],
        "Recherches gardées": [
            {
                "Nom": search.label,
                "Recherche": search.query,
                "Alerte": search.get_frequency_display(),
                "Changée le": search.changed_on.isoformat(),
            }
            for search in holder.saved_searches.all()
        ],
        "Signalements suivis": [
            {
                "Formation": report.training.title,
                "Motif": report.get_reason_display(),
                "Message": report.text,
                "Envoyé le": report.sent_at.isoformat(),
            }
            for report in holder.training_reports.select_related("training")
        ],
    }
