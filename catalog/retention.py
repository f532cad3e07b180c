"""What leaves this room when its time has come: reports of imports, which may quote a person, and what people keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.db.models import Q

from accounts.ports import KeptForProof, Sweep
from accounts.retention import ONE_YEAR, THREE_YEARS, delete_rows, forgettable
from catalog.enums import ImportState
from catalog.models import ImportOrder, ImportRun, KeptTraining, SavedSearch, TrainingReport

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet


def old_imports(today: date) -> QuerySet[ImportRun]:
    """Their findings go with them; the last import of each feed stays, which says what the offer is made of.

    A trial is worth its report alone: it goes with the others, and the order that asked for it too.
    """
    over = ImportRun.objects.filter(started_at__date__lt=today - ONE_YEAR).exclude(state=ImportState.RUNNING)
    imports = ImportRun.objects.filter(is_trial=False).order_by("kind", "feed", "-started_at")
    return over.exclude(pk__in=imports.distinct("kind", "feed").values("pk"))


def old_orders(today: date) -> QuerySet[ImportOrder]:
    """Their file went long before, when nothing more was to be read of it."""
    return ImportOrder.objects.filter(created_at__date__lt=today - ONE_YEAR)


TWO_YEARS = relativedelta(years=2)


def old_kept_trainings(today: date) -> QuerySet[KeptTraining]:
    return KeptTraining.objects.filter(
        Q(kept_at__date__lt=today - TWO_YEARS) | Q(holder__in=forgettable(today))
    )


def old_saved_searches(today: date) -> QuerySet[SavedSearch]:
    """What they have found goes with them."""
    return SavedSearch.objects.filter(Q(changed_on__lt=today - TWO_YEARS) | Q(holder__in=forgettable(today)))


def old_reports(today: date) -> QuerySet[TrainingReport]:
    """Those that still hold a person's words, or whose."""
    over = TrainingReport.objects.filter(
        Q(sent_at__date__lt=today - THREE_YEARS) | Q(holder__in=forgettable(today))
    )
    return over.exclude(text="", holder=None, origin_hash="")


def forget_words(rows: QuerySet[TrainingReport]) -> int:
    return rows.update(text="", holder=None, origin_hash="")


RETENTION_SWEEPS = (
    Sweep(
        "signalements",
        "Signalements d’une formation",
        "Trois ans",
        ("catalog.TrainingReport",),
        old_reports,
        forget_words,
    ),
    Sweep(
        "formations-gardees",
        "Formations qu’une personne garde",
        "Deux ans, ou trois ans après le décès",
        ("catalog.KeptTraining",),
        old_kept_trainings,
        delete_rows,
    ),
    Sweep(
        "recherches-gardees",
        "Recherches qu’une personne garde",
        "Deux ans après le dernier changement, ou trois ans après le décès",
        ("catalog.SavedSearch", "catalog.KnownResult"),
        old_saved_searches,
        delete_rows,
    ),
    Sweep(
        "imports",
        "Comptes rendus d’import",
        "Un an, sauf le dernier de chaque flux",
        ("catalog.ImportRun", "catalog.ImportFinding"),
        old_imports,
        delete_rows,
    ),
    Sweep(
        "import-orders",
        "Fichiers déposés pour un import ou un essai",
        "Un an",
        ("catalog.ImportOrder",),
        old_orders,
        delete_rows,
    ),
)
KEPT_FOR_PROOF = (
    KeptForProof(
        ("catalog.Organisation", "catalog.Place", "catalog.DeclaredOrganisation"),
        "Coordonnées publiques d’organismes, non de titulaires : elles suivent l’offre.",
        "Code du travail, article L. 6111-7",
        "Un organisme sorti de l’offre n’est plus montré ; sa ligne reste tant qu’un dossier y renvoie.",
    ),
)
