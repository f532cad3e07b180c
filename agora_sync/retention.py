"""What leaves this room when its time has come. Traces are evidence: their months are detached by the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.ports import KeptForProof, Sweep
from accounts.retention import ONE_YEAR, delete_rows, forgettable
from agora_sync.models import (
    Correction,
    Exchange,
    FileReading,
    FileRecord,
    Gap,
    Handling,
    HolderPull,
    ReceivedRequest,
    SendingBack,
)

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet


def old_answers(today: date) -> QuerySet[ReceivedRequest]:
    """Beyond a year nobody repeats a request. What may happen once in the life of a file is kept as long as its person
    is known: without its row, the same event could come a second time.
    """
    over = Q(received_at__date__lt=today - ONE_YEAR)
    return ReceivedRequest.objects.filter(
        over, Q(business_key="") | Q(holder__in=forgettable(today)) | Q(holder__isnull=True)
    )


def old_exchanges_without_file(today: date) -> QuerySet[Exchange]:
    return Exchange.objects.filter(
        training_file__isnull=True, event__isnull=True, created_at__date__lt=today - ONE_YEAR
    )


def records_of_the_dead(today: date) -> QuerySet[FileRecord]:
    """What they hold is encrypted: nothing of it can be asked, the row goes whole."""
    return FileRecord.objects.filter(training_file__holder__in=forgettable(today))


def corrections_of_the_dead(today: date) -> QuerySet[Correction]:
    return Correction.objects.filter(exchange__training_file__holder__in=forgettable(today))


def handlings_of_the_dead(today: date) -> QuerySet[Handling]:
    return Handling.objects.filter(exchange__training_file__holder__in=forgettable(today))


def sendings_back_of_the_dead(today: date) -> QuerySet[SendingBack]:
    return SendingBack.objects.filter(exchange__training_file__holder__in=forgettable(today))


def pulls_of_the_dead(today: date) -> QuerySet[HolderPull]:
    return HolderPull.objects.filter(holder__in=forgettable(today))


def readings_of_the_dead(today: date) -> QuerySet[FileReading]:
    return FileReading.objects.filter(training_file__holder__in=forgettable(today))


def old_gaps(today: date) -> QuerySet[Gap]:
    """Over for a year, or of somebody long dead. Their history goes with them."""
    return Gap.objects.filter(Q(closed_at__date__lt=today - ONE_YEAR) | Q(holder__in=forgettable(today)))


RETENTION_SWEEPS = (
    Sweep(
        "reponses-agora",
        "Réponses gardées pour une demande répétée par un partenaire",
        "Un an, ou autant que la personne est connue si l’événement n’arrive qu’une fois",
        ("agora_sync.ReceivedRequest",),
        old_answers,
        delete_rows,
    ),
    Sweep(
        "echanges-sans-dossier",
        "Échanges avec AGORA dont aucun dossier n’est né",
        "Un an",
        ("agora_sync.Exchange",),
        old_exchanges_without_file,
        delete_rows,
    ),
    Sweep(
        "complements-des-dossiers",
        "Données ajoutées aux dossiers par les partenaires",
        "Trois ans après le décès",
        ("agora_sync.FileRecord",),
        records_of_the_dead,
        delete_rows,
    ),
    Sweep(
        "corrections",
        "Corrections des dossiers après un refus d’AGORA",
        "Trois ans après le décès",
        ("agora_sync.Correction",),
        corrections_of_the_dead,
        delete_rows,
    ),
    Sweep(
        "suivi-des-refus",
        "Suivi des échanges refusés par AGORA",
        "Trois ans après le décès",
        ("agora_sync.Handling",),
        handlings_of_the_dead,
        delete_rows,
    ),
    Sweep(
        "erreurs-renvoyees",
        "Erreurs renvoyées à qui les a saisies",
        "Trois ans après le décès",
        ("agora_sync.SendingBack",),
        sendings_back_of_the_dead,
        delete_rows,
    ),
    Sweep(
        "actualisations",
        "Demandes d’actualisation des dossiers",
        "Trois ans après le décès",
        ("agora_sync.HolderPull",),
        pulls_of_the_dead,
        delete_rows,
    ),
    Sweep(
        "lectures-agora",
        "Ce qu’AGORA disait des dossiers",
        "Trois ans après le décès",
        ("agora_sync.FileReading",),
        readings_of_the_dead,
        delete_rows,
    ),
    Sweep(
        "ecarts-agora",
        "Écarts disparus entre les dossiers et ceux d’AGORA",
        "Un an après leur disparition, ou trois ans après le décès",
        ("agora_sync.Gap", "agora_sync.GapEvent"),
        old_gaps,
        delete_rows,
    ),
)
KEPT_FOR_PROOF = (
    KeptForProof(
        (
            "agora_sync.Trace",
            "agora_sync.TraceConsultation",
            "agora_sync.TraceCase",
            "agora_sync.TraceCaseKey",
            "agora_sync.TraceDelivery",
            "agora_sync.TraceDeliveryAccess",
        ),
        "Les traces sont scellées en chaîne : en retirer une romprait la preuve de toutes.",
        "Code du travail, articles R. 6323-39 et R. 6323-40 ; convention avec AGORA, un an ; plus en cas d’incident",
        "Le propriétaire de la base retire les mois échus (remove_trace_months, docs/operations.md).",
    ),
    KeptForProof(
        ("agora_sync.ItemConflict", "agora_sync.ConflictDecision"),
        "Quelle valeur un agent a choisie, et laquelle il avait sous les yeux : écrit une fois.",
        "Code du travail, article R. 6323-39 ; règlement (UE) 2016/679, article 17, paragraphe 3, point e",
        "Trois ans après le décès, ces lignes ne désignent plus personne.",
    ),
    KeptForProof(
        ("agora_sync.HandlingEntry", "agora_sync.CorrectionBatch"),
        "Qui a fait quoi d’un dossier refusé, et qui a envoyé quelle correction : un agent en répond.",
        "Code du travail, article R. 6323-39 ; règlement (UE) 2016/679, article 17, paragraphe 3, point e",
        "Trois ans après le décès, ces lignes ne désignent plus personne.",
    ),
    KeptForProof(
        ("agora_sync.FileDeclaration", "agora_sync.FileContribution"),
        "Ce qu’un partenaire a déclaré d’un dossier, et qui l’a commencé, décide de paiements : inscrit une fois.",
        "Code du travail, article R. 6323-39 ; règlement (UE) 2016/679, article 17, paragraphe 3, point e",
        "Trois ans après le décès, ces lignes ne désignent plus personne.",
    ),
)
