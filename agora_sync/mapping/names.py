"""Comparing two writings of a name, as civil-status registers do: on a filtered form."""

import re
import unicodedata

_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "ẞ": "SS", "Ø": "O", "Ł": "L", "Đ": "D"})
# Written apart, glued or left out from one register to the next ("de La Tour", "Delatour", "Latour").
_PARTICLES = {"D", "DA", "DE", "DES", "DI", "DO", "DU", "EL", "L", "LA", "LE", "LES", "VAN", "VON"}


def filtered_words(name: str) -> list[str]:
    """The words of a name: upper case, no accent, ligatures opened, no separator."""
    upper = name.replace("ß", "ss").upper().translate(_LIGATURES)
    plain = "".join(c for c in unicodedata.normalize("NFKD", upper) if not unicodedata.combining(c))
    return re.findall(r"[A-Z0-9]+", plain)


def is_same_name(one: str, other: str) -> bool:
    """Whether two writings designate one name. Two names without any letter are not the same."""
    return bool(_forms(one) & _forms(other))


def _forms(name: str) -> set[str]:
    """The name in one word, with all its particles, then with fewer; a name may be nothing but one ("Le")."""
    words = filtered_words(name)
    forms = {"".join(words), "".join(word for word in words if word not in _PARTICLES)}
    while words and words[0] in _PARTICLES:
        words = words[1:]
        forms.add("".join(words))
    return forms - {""}
