"""What AGORA knows of the changes of a file, in words for the person whose file it is."""

from __future__ import annotations

from agora_sync.contract import Operation
from agora_sync.enums import Direction, ExchangeState
from agora_sync.faults import BUSINESS_STEP, FaultCode
from agora_sync.models import Exchange
from rights.models import TrainingFile
from rights.ports import ToldChange

WHAT: dict[str, str] = {
    Operation.AMEND_FILE: "le prix, les dates ou le financement qui ont changé",
    Operation.VALIDATE_FILE: "votre inscription ferme",
    Operation.REFUSE_FILE: "le refus de l’organisme",
    Operation.CANCEL_FILE: "la fin du dossier avant l’entrée en formation",
    Operation.DECLARE_ENTRY: "votre entrée en formation",
    Operation.DECLARE_EXIT: "votre sortie de formation",
    Operation.SETTLE_FILE: "le solde de la formation",
}
# What a person may do about a refusal; for any other the fault's own sentence is shown, and agents follow it.
REMEDIES: dict[str, str] = {
    FaultCode.FILE_UNKNOWN.qualified_name: (
        "Ce dossier y a été ouvert par un organisme ou un financeur : lui seul peut l’y changer. Prévenez-le."
    ),
    FaultCode.FILE_CONFLICT.qualified_name: (
        "AGORA garde ce qu’y a écrit l’organisme ou le financeur qui a ouvert le dossier. "
        "Prévenez-le si ce n’est plus exact."
    ),
    FaultCode.FORBIDDEN_TRANSITION.qualified_name: (
        "Le dossier y a déjà avancé autrement. Actualisez vos dossiers pour voir ce qu’il est devenu."
    ),
}
FOLLOWED = "Un agent de votre région le voit et s’en occupe. Vous n’avez rien à faire."
SHOWN = 20


def changes_told(training_file: TrainingFile) -> list[ToldChange]:
    """The changes told, being told or refused, the oldest first. One query. The creation has its own words."""
    rows = (
        Exchange.objects.filter(
            training_file=training_file, direction=Direction.OUTGOING, operation__in=WHAT, event__isnull=False
        )
        .exclude(state=ExchangeState.ABANDONED)
        .order_by("-event_id", "-operation")[:SHOWN]
    )
    return [_change(row) for row in reversed(rows)]


def _change(row: Exchange) -> ToldChange:
    what = WHAT[row.operation]
    if row.state == ExchangeState.DONE:
        return ToldChange(row.finished_at or row.created_at, f"AGORA connaît {what}.")
    if row.state == ExchangeState.PENDING:
        sentence = f"Nous prévenons AGORA : {what}. Vous n’avez rien à faire."
        return ToldChange(row.created_at, sentence, is_waiting=True)
    return ToldChange(row.created_at, f"AGORA n’a pas pris en compte {what}. {_why(row)}", is_refused=True)


def _why(row: Exchange) -> str:
    if row.failed_step != BUSINESS_STEP:
        return FOLLOWED
    return REMEDIES.get(row.fault_code) or f"{row.fault_label} {FOLLOWED}"
