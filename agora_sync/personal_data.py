"""What this room holds about a person, and how long it keeps it."""

from __future__ import annotations

from typing import Any

from accounts.models import Holder
from accounts.ports import RetentionRule
from agora_sync.models import Exchange

TRACES_GROUND = (
    "Code du travail, articles R. 6323-39 et R. 6323-40 : traces techniques six mois, traces applicatives un an ; "
    "convention avec AGORA, un an. La plus longue durée permise s’applique, davantage en cas d’incident ou de litige."
)

RETENTION_RULES = [
    RetentionRule(
        data_class="Échanges de vos dossiers avec AGORA (opération, date, résultat)",
        models=("agora_sync.Exchange", "agora_sync.HolderPull", "agora_sync.FileContribution"),
        kept="Tant que le dossier est conservé",
        ground="Code du travail, articles R. 6323-31 à R. 6323-41 (système d’information du CPF)",
    ),
    RetentionRule(
        data_class="Réponses gardées pour qu’une demande répétée par un partenaire reçoive la même réponse",
        models=("agora_sync.ReceivedRequest",),
        kept="Un an",
        ground="Contrat d’échange avec AGORA : une demande a un seul effet",
    ),
    RetentionRule(
        data_class="Traces des messages échangés, chiffrées, ouvertes seulement en cas de fraude ou d’audit",
        models=("agora_sync.Trace", "agora_sync.TraceConsultation"),
        kept="Un an",
        ground=TRACES_GROUND,
    ),
]


def export_personal_data(holder: Holder) -> dict[str, Any]:
    """The exchanges about the person, in one query. Keys are French titles; messages themselves are evidence."""
    exchanges = Exchange.objects.filter(holder=holder).select_related("partner").order_by("created_at")
    return {"Échanges avec AGORA": [_exchange(exchange) for exchange in exchanges]}


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
