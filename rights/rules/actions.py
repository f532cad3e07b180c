"""Which kind of action a training is, as far as paying for it goes. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from rights.rules.funding import Action

# Offers of these actions carry no code of a register: their title is all there is. The words are those of the law.
_TITLES = (
    (Action.SKILLS_REVIEW, re.compile(r"^bilan de comp[ée]tences\b", re.IGNORECASE)),
    (Action.VAE, re.compile(r"^(vae\b|validation des acquis\b|accompagnement (à la )?vae\b)", re.IGNORECASE)),
    (Action.HEAVY_LICENCE, re.compile(r"^[Pp]ermis\b.*\b(C|CE|C1|C1E|D|DE|D1|D1E)\b")),
    (Action.LIGHT_LICENCE, re.compile(r"^permis\b.*\b(A|A1|A2|B|B1|BE|moto)\b", re.IGNORECASE)),
)


def action_of(*, certification_code: str, title: str, clea_codes: Collection[str]) -> Action:
    """The action by the code of its certification (`RNCP…`, `RS…`), else by its title; RNCP when nothing says more.

    `clea_codes`: the certifications of the common base of knowledge, which the ceiling of the specific register spares.
    Source: article L. 6323-6 of the code du travail.
    """
    if certification_code in clea_codes:
        return Action.CLEA
    if certification_code.startswith("RS"):
        return Action.RS
    if certification_code:
        return Action.RNCP
    return next((action for action, words in _TITLES if words.search(title.strip())), Action.RNCP)
