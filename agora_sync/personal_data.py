"""What this room holds about a person, and how long it keeps it."""

from __future__ import annotations

from typing import Any

from accounts.models import Holder
from accounts.ports import RetentionRule
from agora_sync.mapping.corrections import told_changes
from agora_sync.mapping.items import in_words, item_label
from agora_sync.models import (
    Correction,
    Exchange,
    FileContribution,
    FileDeclaration,
    FileReading,
    FileRecord,
    Gap,
    HandlingEntry,
    HolderPull,
    ItemConflict,
    ReceivedRequest,
    SendingBack,
)
from agora_sync.services.merging import items_read
from agora_sync.services.records import items_of

TRACES_GROUND = (
    "Code du travail, articles R. 6323-39 et R. 6323-40 : traces techniques six mois, traces applicatives un an ; "
    "convention avec AGORA, un an. La plus longue durée permise s’applique, davantage en cas d’incident ou de litige."
)

RETENTION_RULES = [
    RetentionRule(
        data_class="Échanges de vos dossiers avec AGORA (opération, date, résultat)",
        seen_by="Agents de votre région et Caisse des dépôts",
        models=(
            "agora_sync.Exchange",
            "agora_sync.Correction",
            "agora_sync.CorrectionBatch",
            "agora_sync.Handling",
            "agora_sync.HandlingEntry",
            "agora_sync.SendingBack",
            "agora_sync.HolderPull",
            "agora_sync.FileContribution",
            "agora_sync.Gap",
            "agora_sync.GapEvent",
            "agora_sync.FileReading",
            "agora_sync.ItemConflict",
            "agora_sync.ConflictDecision",
        ),
        kept="Tant que le dossier est conservé ; un an quand aucun dossier n’en est né",
        ground="Code du travail, articles R. 6323-31 à R. 6323-41 (système d’information du CPF)",
    ),
    RetentionRule(
        data_class="Données et événements que les partenaires d’AGORA ajoutent à vos dossiers de formation",
        models=("agora_sync.FileRecord", "agora_sync.FileDeclaration"),
        kept="Tant que le dossier est conservé",
        ground="Code du travail, articles R. 6323-31 à R. 6323-41 (système d’information du CPF)",
    ),
    RetentionRule(
        data_class="Réponses gardées pour qu’une demande répétée par un partenaire reçoive la même réponse",
        seen_by="Le partenaire qui a fait la demande",
        models=("agora_sync.ReceivedRequest",),
        kept="Un an ; autant que le dossier pour un événement qui n’arrive qu’une fois",
        ground="Contrat d’échange avec AGORA : une demande a un seul effet",
    ),
    RetentionRule(
        data_class="Traces des messages échangés, chiffrées, ouvertes seulement en cas de fraude ou d’audit",
        seen_by="Responsable de la sécurité, pour une preuve, et chaque ouverture est enregistrée",
        models=("agora_sync.Trace", "agora_sync.TraceConsultation"),
        kept="Un an",
        ground=TRACES_GROUND,
    ),
    RetentionRule(
        data_class="Traces remises à qui les a demandées dans une affaire de fraude ou de contrôle, chiffrées",
        seen_by="La personne qui a le lien et le code de retrait, et chaque retrait est enregistré",
        models=("agora_sync.TraceDelivery", "agora_sync.TraceDeliveryAccess"),
        kept="Quinze jours pour les documents ; qui les a retirés, comme preuve",
        ground=TRACES_GROUND,
    ),
]

TITLE = "Échanges avec AGORA"
COPIED = {
    "agora_sync.Exchange": "Échanges avec AGORA",
    "agora_sync.Correction": "Corrections de vos dossiers après un refus d’AGORA",
    "agora_sync.HandlingEntry": "Ce que des agents ont fait après un refus d’AGORA",
    "agora_sync.SendingBack": "Données refusées par AGORA, demandées à qui les a saisies",
    "agora_sync.HolderPull": "Demandes d’actualisation de vos dossiers",
    "agora_sync.Gap": "Écarts constatés entre vos dossiers et ceux d’AGORA",
    "agora_sync.GapEvent": "Écarts constatés entre vos dossiers et ceux d’AGORA",
    "agora_sync.FileReading": "Ce qu’AGORA dit de vos dossiers",
    "agora_sync.ItemConflict": "Données de vos dossiers changées ici et chez AGORA",
    "agora_sync.ConflictDecision": "Données de vos dossiers changées ici et chez AGORA",
    "agora_sync.FileContribution": "Dossiers complétés par un partenaire",
    "agora_sync.FileRecord": "Données ajoutées à vos dossiers par un partenaire",
    "agora_sync.FileDeclaration": "Événements déclarés par un partenaire",
    "agora_sync.ReceivedRequest": "Demandes reçues d’un partenaire à votre sujet",
}
DELIVERIES = (
    "Documents d’une affaire de fraude ou de contrôle : remis à qui les a demandés, jamais à un titulaire."
)
NOT_COPIED: dict[str, str] = {
    "agora_sync.TraceDelivery": DELIVERIES,
    "agora_sync.TraceDeliveryAccess": DELIVERIES,
    "agora_sync.CorrectionBatch": "Lots préparés par des agents ; ce qu’ils corrigent figure dans la copie",
    "agora_sync.Handling": "Quel agent s’occupe d’un échange aujourd’hui ; ce qui a été fait figure dans la copie",
}


def export_personal_data(holder: Holder) -> dict[str, Any]:
    """The exchanges about the person, in a few queries. Keys are French titles; messages themselves are evidence."""
    exchanges = Exchange.objects.filter(holder=holder).select_related("partner").order_by("created_at")
    corrections = Correction.objects.filter(exchange__training_file__holder=holder).order_by("pk")
    handled = HandlingEntry.objects.filter(exchange__training_file__holder=holder).order_by("pk")
    asked = SendingBack.objects.filter(exchange__training_file__holder=holder).order_by("sent_at")
    contributions = FileContribution.objects.filter(training_file__holder=holder).order_by("since")
    received = ReceivedRequest.objects.filter(holder=holder).order_by("received_at")
    records = FileRecord.objects.filter(training_file__holder=holder).select_related("training_file")
    declared = FileDeclaration.objects.filter(training_file__holder=holder).order_by("pk")
    return {
        "Échanges avec AGORA": [_exchange(exchange) for exchange in exchanges],
        "Corrections de vos dossiers après un refus d’AGORA": [
            {
                "Préparée le": row.batch.made_at,
                "Données": told_changes(row.changes),
                "Résultat": row.get_outcome_display(),
            }
            for row in corrections.select_related("batch")
        ],
        "Ce que des agents ont fait après un refus d’AGORA": [
            {"Le": row.at, "Acte": row.get_action_display(), "Jusqu’au": row.until, "Note": row.note}
            for row in handled
        ],
        "Données refusées par AGORA, demandées à qui les a saisies": [
            {
                "Le": row.sent_at,
                "Donnée": row.field_label,
                "Message": row.message,
                "Réponse": row.answer,
                "Valeur juste": row.right_value,
            }
            for row in asked
        ],
        "Demandes d’actualisation de vos dossiers": [
            {"Demandée le": pull.requested_at, "Lue le": pull.pulled_at}
            for pull in HolderPull.objects.filter(holder=holder)
        ],
        "Écarts constatés entre vos dossiers et ceux d’AGORA": [
            _gap(gap)
            for gap in Gap.objects.filter(holder=holder).prefetch_related("events").order_by("found_at")
        ],
        "Ce qu’AGORA dit de vos dossiers": [
            {"Dossier": row.training_file.title, "Lu le": row.read_at, "Données": items_read(row)}
            for row in FileReading.objects.filter(training_file__holder=holder)
            .select_related("training_file")
            .order_by("pk")
        ],
        "Données de vos dossiers changées ici et chez AGORA": [
            _conflict(row)
            for row in ItemConflict.objects.filter(training_file__holder=holder)
            .select_related("training_file", "decision")
            .order_by("found_at")
        ],
        "Dossiers complétés par un partenaire": [
            {"Dossier": row.training_file.title, "Partenaire": row.partner.name, "Depuis": row.since}
            for row in contributions.select_related("training_file", "partner")
        ],
        "Données ajoutées à vos dossiers par un partenaire": [
            {"Dossier": row.training_file.title, "Données": items_of(row)} for row in records.order_by("pk")
        ],
        "Événements déclarés par un partenaire": [
            {
                "Dossier": row.training_file.title,
                "Événement": row.get_operation_display(),
                "Date": row.day,
                "Partenaire": row.partner.name,
                "Données": row.values,
            }
            for row in declared.select_related("training_file", "partner")
        ],
        "Demandes reçues d’un partenaire à votre sujet": [
            {"Le": row.received_at, "Opération": row.get_operation_display(), "Partenaire": row.partner.name}
            for row in received.select_related("partner")
        ],
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "Référence": str(exchange.pk),
        "Le": exchange.created_at.isoformat(),
        "Sens": exchange.get_direction_display(),
        "Opération": exchange.get_operation_display(),
        "Partenaire": exchange.partner.name if exchange.partner else "AGORA",
        "Résultat": exchange.get_state_display(),
        "Motif": exchange.fault_label,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "Nature": gap.get_kind_display(),
        "Donnée": item_label(gap.item),
        "Ici": gap.here,
        "Chez AGORA": in_words(gap.there),
        "Constaté le": gap.found_at,
        "Disparu le": gap.closed_at,
        "Histoire": [{"Le": event.at, "Étape": event.get_step_display()} for event in gap.events.all()],
    }


def _conflict(conflict: ItemConflict) -> dict[str, Any]:
    decision = getattr(conflict, "decision", None)
    return {
        "Dossier": conflict.training_file.title,
        "Donnée": item_label(conflict.item),
        "Ici": conflict.here,
        "Chez AGORA": in_words(conflict.there),
        "Constaté le": conflict.found_at,
        "Décision": decision.get_choice_display() if decision else "",
        "Décidé le": decision.at if decision else None,
    }
