"""Comparing two writings of a name, as civil-status registers do: on a filtered form."""

import re
import unicodedata

_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "ẞ": "SS", "Ø": "O", "Ł": "L", "Đ": "D"})
# Written apart, glued or left out from one register to the next ("de La Tour", "Delatour", "Latour").
_PARTICLES = {"D", "DA", "DE", "DES", "DI", "DO", "DU", "EL", "L", "LA", "LE", "LES", "VAN", "VON"}


def filtered_name(name: str) -> str:
    """Upper case, no accent, ligatures opened, no particle set apart, no separator."""
    upper = name.replace("ß", "ss").upper().translate(_LIGATURES)
    plain = "".join(c for c in unicodedata.normalize("NFKD", upper) if not unicodedata.combining(c))
    words = re.findall(r"[A-Z0-9]+", plain)
    kept = [word for word in words if word not in _PARTICLES]
    # A name may be nothing but a particle ("Le", "Do").
    return "".join(kept or words)


def is_same_name(one: str, other: str) -> bool:
    """Whether two writings designate one name. Two names without any letter are not the same."""
    filtered = filtered_name(one)
    return bool(filtered) and filtered == filtered_name(other)
