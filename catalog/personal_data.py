"""What this room holds about people: the public contacts of training organisations, nothing about holders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.ports import RetentionRule

if TYPE_CHECKING:
    from accounts.models import Holder

RETENTION_RULES = [
    RetentionRule(
        data_class="Coordonnées publiques des organismes de formation (nom, adresse, téléphone, courriel)",
        seen_by="Tout le monde : elles sont publiques",
        models=("catalog.Organisation", "catalog.Place"),
        kept="Tant que l'organisme figure dans l'offre, puis aussi longtemps qu'un dossier de formation y renvoie",
        ground="Mission d'intérêt public : information sur l'offre de formation (Code du travail, L. 6111-7)",
    ),
    RetentionRule(
        data_class="Comptes rendus d'import, où une coordonnée mal écrite peut être citée",
        seen_by="Administrateurs",
        models=("catalog.ImportRun", "catalog.ImportFinding"),
        kept="Un an",
        ground="Intérêt légitime : prouver ce qui a été refusé ou corrigé dans un flux",
    ),
]

TITLE = "Offre de formation"
COPIED: dict[str, str] = {}
NOT_COPIED: dict[str, str] = {}


def export_personal_data(holder: Holder) -> dict[str, Any]:
    """Nothing: searches are not kept, and the sessions that a person asked for are in the room of rights."""
    return {}
