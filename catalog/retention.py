"""What leaves this room when its time has come. It knows no holder: only reports of imports may quote a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.ports import KeptForProof, Sweep
from accounts.retention import ONE_YEAR, delete_rows
from catalog.enums import ImportState
from catalog.models import ImportRun

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet


def old_imports(today: date) -> QuerySet[ImportRun]:
    """Their findings go with them; the last import of each feed stays, which says what the offer is made of."""
    over = ImportRun.objects.filter(started_at__date__lt=today - ONE_YEAR).exclude(state=ImportState.RUNNING)
    last = ImportRun.objects.order_by("kind", "feed", "-started_at").distinct("kind", "feed").values("pk")
    return over.exclude(pk__in=last)


RETENTION_SWEEPS = (
    Sweep(
        "imports",
        "Comptes rendus d’import",
        "Un an, sauf le dernier de chaque flux",
        ("catalog.ImportRun", "catalog.ImportFinding"),
        old_imports,
        delete_rows,
    ),
)
KEPT_FOR_PROOF = (
    KeptForProof(
        ("catalog.Organisation", "catalog.Place"),
        "Coordonnées publiques d’organismes, non de titulaires : elles suivent l’offre.",
        "Code du travail, article L. 6111-7",
        "Un organisme sorti de l’offre n’est plus montré ; sa ligne reste tant qu’un dossier y renvoie.",
    ),
)
