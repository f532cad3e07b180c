"""Whether two records may be of one person: names written otherwise, a telephone that changed.

A hint for a human being, never a proof: nothing is merged, nothing is refused on it.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Final

# Two letters swapped or one missing in a name of eight letters stay above it, two different names below.
ALIKE: Final = 0.8
SHORTEST_HALF: Final = 3


@dataclass(frozen=True, slots=True)
class Identity:
    """`phone` in digits, national form; empty: unknown. `names`: the name at birth, the name in use if any."""

    birth_date: date | None
    names: tuple[str, ...]
    first_name: str
    phone: str


def letters(text: str) -> str:
    """« Lefèvre-Gómez » as « lefevregomez »."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(character for character in plain if character.isalpha())


def national_number(phone: str) -> str:
    """The last nine digits: « +33 6 12 34 56 78 » and « 06.12.34.56.78 » are one number. Empty when shorter."""
    digits = "".join(character for character in phone if character.isdigit())
    return digits[-9:] if len(digits) >= 9 else ""


def may_be_one_person(one: Identity, other: Identity) -> bool:
    """Two of the three agree: date of birth, names, telephone; a first name alone never is enough."""
    same_birth = one.birth_date is not None and one.birth_date == other.birth_date
    same_phone = bool(one.phone) and one.phone == other.phone
    first_names = _alike(one.first_name, other.first_name) or _begins(one.first_name, other.first_name)
    names = first_names and any(_alike(mine, theirs) for mine in one.names for theirs in other.names)
    return (same_birth and names) or (same_phone and names) or (same_birth and same_phone and first_names)


def _begins(one: str, other: str) -> bool:
    """« Anne » for « Anne-Sophie »: the first half of a double name is often all that was written."""
    short, long = sorted((letters(one), letters(other)), key=len)
    return len(short) >= SHORTEST_HALF and long.startswith(short)


def _alike(one: str, other: str) -> bool:
    left, right = letters(one), letters(other)
    if not left or not right:
        return False
    return left == right or SequenceMatcher(None, left, right, autojunk=False).ratio() >= ALIKE
