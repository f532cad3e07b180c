"""The steps of a verification as people read them (docs/agora.md)."""

from __future__ import annotations

from dataclasses import dataclass

from agora_sync.faults import BUSINESS_STEP

STEP_LABELS: dict[int, str] = {
    1: "Les traces peuvent être écrites",
    2: "Réception tracée ; méthode, type, taille et encodage",
    3: "Service ouvert : plage de maintenance, arrêt, surcharge",
    4: "Canal : certificat TLS du partenaire, coupure",
    5: "Analyse du XML",
    6: "Enveloppe SOAP et opération",
    7: "Vecteur présent, à sa place, unique",
    8: "Signature du vecteur et certificat",
    9: "Dates, destinataire, corps s’il est lié, et premier usage du vecteur",
    10: "Émetteur",
    11: "Audience",
    12: "Niveau d’authentification",
    13: "Profils (PAGM)",
    14: "Droits sur l’opération",
    15: "Corps conforme au contrat",
    BUSINESS_STEP: "Service",
}


@dataclass(frozen=True)
class Step:
    """A step of the verification: `is_passed` None when it was not reached."""

    number: int
    label: str
    is_passed: bool | None


def steps_until(failed_step: int | None) -> list[Step]:
    """Every step. `failed_step` 0: all passed; None: nothing tells."""
    return [Step(number, label, _passed(number, failed_step)) for number, label in STEP_LABELS.items()]


def _passed(number: int, failed_step: int | None) -> bool | None:
    if failed_step == 0:
        return True
    if failed_step is None or number > failed_step:
        return None
    return number < failed_step
