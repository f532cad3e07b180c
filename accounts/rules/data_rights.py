"""What the law answers by itself to a request on personal data, on a given day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ERASURE, OBJECTION, PORTABILITY = "erasure", "objection", "portability"


@dataclass(frozen=True, slots=True)
class Ground:
    """A text, the days on which it holds (both included, None is open) and what it answers."""

    kind: str
    starts_on: date
    ends_on: date | None
    text: str
    answer: str

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


_ERASURE = (
    "Les données de votre compte ne peuvent pas être effacées tant qu’il est ouvert : la loi en fait un service "
    "d’intérêt public. Elles le sont trois ans après le décès. Vous pouvez faire corriger ce qui est faux."
)
_OBJECTION = (
    "La loi ne permet pas de s’opposer à l’usage de ces données pour tenir votre compte. Vous pouvez retirer chacun de "
    "vos consentements, et demander la limitation le temps d’une vérification."
)
_PORTABILITY = (
    "Ce droit ne vise que les données traitées sur votre accord ou pour un contrat ; celles-ci le sont pour une "
    "mission d’intérêt public. La copie de vos données, que vous pouvez télécharger, en tient lieu (droit "
    "d’accès)."
)
_BEFORE, _SINCE = date(2024, 12, 31), date(2025, 1, 1)
_FIRST_READ = date(2023, 8, 4)
_R6323_38 = "Code du travail, article R. 6323-38"
_AMENDED = f"{_R6323_38} (décret n° 2024-1236)"

GROUNDS = (
    Ground(ERASURE, _FIRST_READ, _BEFORE, _R6323_38, _ERASURE),
    Ground(ERASURE, _SINCE, None, _AMENDED, _ERASURE),
    Ground(OBJECTION, _FIRST_READ, _BEFORE, _R6323_38, _OBJECTION),
    Ground(OBJECTION, _SINCE, None, _AMENDED, _OBJECTION),
    Ground(
        PORTABILITY,
        date(2018, 5, 25),
        None,
        "Règlement (UE) 2016/679, article 20, paragraphe 3",
        _PORTABILITY,
    ),
)


def ground_on(kind: str, day: date) -> Ground | None:
    """The text that answers a request of that kind made on that day; None when an officer must."""
    return next((ground for ground in GROUNDS if ground.kind == kind and ground.holds_on(day)), None)
