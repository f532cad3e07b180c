"""A social security number as a person writes it."""

from __future__ import annotations

import re

from cpa_portal.kernel.identifiers import normalise_nir

# Dots, hyphens, dashes, strokes: what forms on paper print between the groups. Flows write none, and stay refused.
_BETWEEN_GROUPS = re.compile(r"[.\-\u2010-\u2015/_]")


def typed_nir(text: str) -> str:
    """The 15 characters, whatever stands between them. Raises InvalidIdentifier."""
    return normalise_nir(_BETWEEN_GROUPS.sub("", text))
