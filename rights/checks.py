from typing import Any

from django.core.checks import CheckMessage, Error, register

from rights.parameters import InvalidParameters, legal_values

# What the code asks for by name: a file without one of these must stop the start, not a request of March.
NEEDED_PARAMETERS = frozenset({"holder_participation", "request_notice", "paying_schemes"})


@register()
def check_legal_values(**_: Any) -> list[CheckMessage]:
    """The legal values can be read and none that the code uses is missing."""
    try:
        known = set(legal_values().parameters)
    except (InvalidParameters, OSError) as error:
        return [Error(f"Valeurs légales inutilisables : {error}", id="rights.E001")]
    missing = sorted(NEEDED_PARAMETERS - known)
    return [Error(f"Valeur légale absente : {name}", id="rights.E002") for name in missing]
