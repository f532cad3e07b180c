"""What people may agree to, one by one. The sentence and its version are what is kept as proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ConsentPurpose:
    """`version` changes whenever a word of `text` does: an agreement is to a sentence."""

    code: str
    title: str
    text: str
    version: str


ADVISER_READS_RIGHTS: Final = "adviser_reads_rights"
THIRD_PARTY_SERVICES: Final = "third_party_services"

PURPOSES = (
    ConsentPurpose(
        ADVISER_READS_RIGHTS,
        "Mon conseiller voit mes droits et mes dossiers",
        "J’accepte que le conseiller en évolution professionnelle qui me reçoit voie mes droits et mes dossiers de "
        "formation, pour m’aider à préparer mon projet.",
        "1",
    ),
    ConsentPurpose(
        THIRD_PARTY_SERVICES,
        "Un service que j’ai choisi reçoit mes droits",
        "J’accepte que les services que je choisis reçoivent le solde de mes droits, hors exposition à la "
        "pénibilité et engagements sensibles, et le gardent un mois au plus après m’avoir répondu.",
        "1",
    ),
)
PURPOSE_OF_CODE = {purpose.code: purpose for purpose in PURPOSES}
