"""Who may take a document back from a training file, and until when."""

from __future__ import annotations

from typing import Final

from rights.enums import ACTIVE_STATES, FileRole, TrainingFileState

# Until what is due is worked out, nobody has decided on a document; a review by a person reads all of them.
OPEN_TO_REMOVAL: Final = frozenset(ACTIVE_STATES) - {
    TrainingFileState.SERVICE_DECLARED,
    TrainingFileState.IN_REVIEW,
}


def removal_refusal(joined_by: FileRole, state: str, role: FileRole) -> str:
    """Why this party may not take back a document joined by that one, in words for them; empty when they may."""
    if joined_by is not role:
        return (
            f"Ce document a été joint par {joined_by.label} : seule cette partie peut le retirer. "
            "Écrivez-lui dans le dossier si vous pensez qu’il n’a pas à y être."
        )
    if state not in OPEN_TO_REMOVAL:
        return (
            f"Le dossier est dans l’état « {TrainingFileState(state).label} » : ses documents ont pu servir à décider, "
            "ils ne se retirent plus. Vous pouvez joindre un autre document, ou écrire aux parties."
        )
    return ""
