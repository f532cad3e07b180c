"""What this room holds about a person, and how long it keeps it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch

from accounts.models import Holder
from accounts.ports import RetentionRule
from rights.models import (
    Counter,
    Declaration,
    Entry,
    PointsRequest,
    Repayment,
    TrainingFile,
    TrainingFileDocument,
    TrainingFileFunding,
    UndueSum,
)
from rights.selectors.training_files import files_of
from rights.wording.amounts import format_amount

KEPT = "Tant que le compte est ouvert, puis trois ans après le décès"
GROUND = "Code du travail, articles R. 6323-31 à R. 6323-41 (système d’information du CPF)"

RETENTION_RULES = [
    RetentionRule(
        data_class="Compteurs de droits et leurs écritures",
        seen_by=(
            "Caisse des dépôts et délégué à la protection des données ; votre conseiller et vos "
            "mandataires, avec votre accord"
        ),
        models=(
            "rights.Counter",
            "rights.Entry",
            "rights.EntryKey",
            "rights.Statement",
            "rights.UndueSum",
            "rights.Repayment",
            "rights.RepaymentReceipt",
            "rights.PointsRequest",
            "rights.PointsAnswer",
        ),
        kept=KEPT,
        ground=GROUND,
    ),
    RetentionRule(
        data_class="Déclarations annuelles de travail, d’engagement, d’exposition et de dotations",
        seen_by="Caisse des dépôts",
        models=("rights.Declaration", "rights.YearlyFeeding"),
        kept=KEPT,
        ground=GROUND,
    ),
    RetentionRule(
        data_class="Dossiers de formation, leur financement et leur histoire",
        seen_by=(
            "Caisse des dépôts, agents de votre région, organisme de la formation, délégué à la "
            "protection des données ; votre conseiller et vos mandataires, avec votre accord"
        ),
        models=(
            "rights.TrainingFile",
            "rights.TrainingFileFunding",
            "rights.TrainingFileTransition",
            "rights.TrainingFileMessage",
            "rights.TrainingFileDocument",
            "rights.JournalEvent",
        ),
        kept=KEPT,
        ground=GROUND,
    ),
]

TITLE = "Droits et dossiers de formation"
COPIED = {
    "rights.Counter": "Droits à la formation",
    "rights.Entry": "Droits à la formation / Écritures",
    "rights.Declaration": "Déclarations annuelles",
    "rights.UndueSum": "Sommes indues",
    "rights.Repayment": "Sommes indues / Remboursements",
    "rights.RepaymentReceipt": "Sommes indues / Remboursements / Reçu",
    "rights.PointsRequest": "Demandes de points",
    "rights.PointsAnswer": "Demandes de points / Réponse",
    "rights.TrainingFile": "Dossiers de formation",
    "rights.TrainingFileFunding": "Dossiers de formation / Financement",
    "rights.TrainingFileTransition": "Dossiers de formation / Histoire",
    "rights.TrainingFileMessage": "Dossiers de formation / Messages",
    "rights.TrainingFileDocument": "Dossiers de formation / Documents",
}
NOT_COPIED = {
    "rights.Statement": "Trace d’un relevé que vous avez téléchargé : les écritures disent les mêmes montants",
    "rights.EntryKey": "Clé technique d’une écriture : elle empêche de l’écrire deux fois et ne dit rien de plus",
    "rights.YearlyFeeding": "Suivi technique d’une alimentation, que les écritures racontent déjà",
    "rights.JournalEvent": "Relais technique vers AGORA de ce que l’histoire du dossier raconte déjà",
}


def export_personal_data(holder: Holder) -> dict[str, Any]:
    """The counters with their entries, the files with their parts and their history, in eleven queries."""
    entries = Prefetch("entries", Entry.objects.order_by("position"))
    counters = Counter.objects.filter(holder=holder).order_by("scheme").prefetch_related(entries)
    parts = Prefetch("fundings", TrainingFileFunding.objects.select_related("counter").order_by("pk"))
    documents = Prefetch(
        "documents", TrainingFileDocument.objects.select_related("content").order_by("at", "pk")
    )
    repayments = Prefetch("repayments", Repayment.objects.select_related("receipt").order_by("at", "pk"))
    files = files_of(holder).prefetch_related(parts, "transitions", "messages", documents)
    return {
        "Droits à la formation": [_counter(counter) for counter in counters],
        "Déclarations annuelles": [
            _declaration(declaration)
            for declaration in Declaration.objects.filter(holder=holder).order_by(
                "year", "kind", "reference", "version"
            )
        ],
        "Sommes indues": [
            _undue_sum(due)
            for due in UndueSum.objects.filter(holder=holder).prefetch_related(repayments).order_by("pk")
        ],
        "Demandes de points": [
            _points(request)
            for request in PointsRequest.objects.filter(holder=holder)
            .select_related("answer")
            .order_by("at", "pk")
        ],
        "Dossiers de formation": [_training_file(training_file) for training_file in files],
    }


def _declaration(declaration: Declaration) -> dict[str, Any]:
    return {
        "Nature": declaration.get_kind_display(),
        "Année": declaration.year,
        "Référence": declaration.reference,
        "Version": declaration.version,
        "Faits": declaration.facts,
        "Fichier": declaration.source,
        "Reçue le": declaration.received_at.isoformat(),
    }


def _undue_sum(due: UndueSum) -> dict[str, Any]:
    return {
        "Décision": due.reference,
        "Le": due.ordered_on.isoformat(),
        "Montant": format_amount(due.amount_cents, "cents"),
        "Motif": due.reason,
        "Annule la décision n°": due.cancels_id,
        "Remboursements": [_repayment(repayment) for repayment in due.repayments.all()],
    }


def _repayment(repayment: Repayment) -> dict[str, Any]:
    receipt = getattr(repayment, "receipt", None)
    return {
        "Numéro": repayment.reference,
        "Annoncé le": repayment.announced_on.isoformat(),
        "Montant": format_amount(repayment.amount_cents, "cents"),
        "Reçu": {
            "Le": receipt.received_on.isoformat(),
            "Montant": format_amount(receipt.amount_cents, "cents"),
        }
        if receipt
        else None,
    }


def _points(request: PointsRequest) -> dict[str, Any]:
    answer = getattr(request, "answer", None)
    return {
        "Usage": request.get_use_display(),
        "Points": request.points,
        "Demandée le": request.asked_on.isoformat(),
        "Réponse attendue au plus tard le": request.answer_due_on.isoformat(),
        "Réponse": {
            "Issue": answer.get_outcome_display(),
            "Le": answer.answered_on.isoformat(),
            "De": answer.source,
            "Motif": answer.reason,
        }
        if answer
        else None,
    }


def _counter(counter: Counter) -> dict[str, Any]:
    return {
        "Droit": counter.get_scheme_display(),
        "Disponible": format_amount(counter.balance, counter.unit),
        "Mis de côté": format_amount(counter.reserved, counter.unit),
        "Écritures": [_entry(entry, counter.unit) for entry in counter.entries.all()],
    }


def _entry(entry: Entry, unit: str) -> dict[str, Any]:
    return {
        "Rang": entry.position,
        "Date de valeur": entry.value_date.isoformat(),
        "Enregistré le": entry.at.isoformat(),
        "Nature": entry.get_kind_display(),
        "Mouvement": format_amount(entry.amount, unit, signed=True),
        "Solde après": format_amount(entry.balance_after, unit),
        "Libellé": entry.label,
        "Origine": entry.source,
        "Calcul": entry.derivation,
    }


def _training_file(training_file: TrainingFile) -> dict[str, Any]:
    return {
        "Référence": str(training_file.pk),
        "Formation": training_file.title,
        "Certification": training_file.certification_code,
        "Organisme": f"{training_file.organisation_name} (SIRET {training_file.organisation_siret})",
        "Début": training_file.session_starts_on.isoformat(),
        "Fin": training_file.session_ends_on.isoformat(),
        "Lieu": training_file.place,
        "Prix": format_amount(training_file.price_cents, "cents"),
        "Demandé le": training_file.requested_on.isoformat(),
        "Entré en formation le": training_file.entered_on.isoformat() if training_file.entered_on else None,
        "État": training_file.get_state_display(),
        "Transmission": training_file.get_transmission_display(),
        "Motif de refus": training_file.refusal_label,
        "Numéro AGORA": training_file.agora_number,
        # Two counters of the person pay as one payer: each part has its row.
        "Financement": [
            {
                "Payeur": part.get_funder_display(),
                "Compteur": part.counter.get_scheme_display() if part.counter else None,
                "Montant": format_amount(part.amount_cents, "cents"),
            }
            for part in training_file.fundings.all()
        ],
        "Histoire": [
            {
                "Le": transition.at.isoformat(),
                "État": transition.get_to_state_display(),
                "Motif": transition.reason,
            }
            for transition in training_file.transitions.all()
        ],
        "Demande": training_file.wish,
        "Sortie le": training_file.left_on.isoformat() if training_file.left_on else None,
        "Messages": [
            {"Le": message.at.isoformat(), "De": message.get_role_display(), "Texte": message.body}
            for message in training_file.messages.all()
        ],
        # What they hold is with the documents of the account: here, which file each belongs to.
        "Documents": [
            {"Le": document.at.isoformat(), "De": document.get_role_display(), "Nom": document.content.name}
            for document in training_file.documents.all()
        ],
    }
