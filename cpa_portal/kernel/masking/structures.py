"""The same removal over what a program logs: dictionaries, lists, numbers, objects."""

import re
from collections.abc import Mapping
from typing import Any

from cpa_portal.kernel.masking.text import mask_text

HIDDEN = "[masqué]"
# Beyond this depth a structure is written as text: a log line is no place for it, and cycles end here.
MAXIMUM_DEPTH = 6

# Words that make a key's value secret whatever it looks like.
_SENSITIVE_KEY = re.compile(
    r"(?i)pass(?:word|wd|phrase)|mot_?de_?passe|secret|token|jeton|authorization|cookie|sessionid|session_key"
    r"|(?:^|_)ni[ar](?:_|$)|e-?mail|courriel|phone|telephone|api_?key|private_?key|assertion"
)


def mask_structure(value: Any, *, maximum_depth: int = MAXIMUM_DEPTH) -> Any:
    """A copy made of dict, list, str, int, float, bool and None only, each text masked.

    The value of a key that names a secret or a piece of personal data (`nir`, `email`, `token` …) is hidden
    whole; an object, or what lies deeper than `maximum_depth`, is replaced by its masked representation.
    """
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        # A NIR read from a file by a spreadsheet is a number.
        masked = mask_text(str(value))
        return int(value) if masked == str(value) else masked
    if isinstance(value, str):
        return mask_text(str(value))
    if isinstance(value, bytes | bytearray):
        return mask_text(value.decode(errors="replace"))
    return _mask_container(value, maximum_depth)


def _mask_container(value: Any, depth: int) -> Any:
    if depth <= 0:
        return _object_text(value)
    if isinstance(value, Mapping):
        return {_key(key): _entry(key, item, depth) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_structure(item, maximum_depth=depth - 1) for item in value]
    return _object_text(value)


def _object_text(value: Any) -> str:
    # A faulty __str__ must not cost the log line that would tell what is wrong.
    try:
        return mask_text(repr(value) if isinstance(value, BaseException) else str(value))
    except Exception:
        return f"<{type(value).__name__}>"


def _key(key: Any) -> str:
    return mask_text(str(key))


def _entry(key: Any, item: Any, depth: int) -> Any:
    if _SENSITIVE_KEY.search(str(key)) and item not in (None, "", True, False):
        return HIDDEN
    return mask_structure(item, maximum_depth=depth - 1)
