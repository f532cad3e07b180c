"""The signs that the embedded fonts are known to draw: Latin with every accent, Greek, Cyrillic, Armenian,
Hebrew, usual punctuation, currencies, arrows and mathematical signs."""

import unicodedata
from typing import Any

REPLACEMENT = "\ufffd"
KNOWN = (
    range(0x20, 0x7F),
    range(0xA0, 0x500),
    range(0x530, 0x600),
    range(0x1E00, 0x2000),
    range(0x2000, 0x2040),
    range(0x20A0, 0x20C0),
    range(0x2190, 0x2300),
    range(0xFFFD, 0xFFFE),
)
# Control, unassigned, surrogate and private signs have no agreed drawing.
_WITHOUT_DRAWING = frozenset({"Cc", "Cn", "Cs", "Co"})


def reduced(value: Any) -> Any:
    """The same JSON value, each sign out of the alphabet replaced; line ends and tabs are kept."""
    if isinstance(value, str):
        return "".join(sign if is_drawn(sign) else REPLACEMENT for sign in value)
    if isinstance(value, dict):
        return {key: reduced(item) for key, item in value.items()}
    return [reduced(item) for item in value] if isinstance(value, list) else value


def is_drawn(sign: str) -> bool:
    """Whether the sign is in the alphabet."""
    if sign in "\n\t":
        return True
    return any(ord(sign) in block for block in KNOWN) and unicodedata.category(sign) not in _WITHOUT_DRAWING
