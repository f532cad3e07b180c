from typing import Any

from django.core.checks import CheckMessage, Error, register

from rights.parameters import NEEDED, InvalidParameters, legal_values


@register()
def check_legal_values(**_: Any) -> list[CheckMessage]:
    """The legal values can be read and none that the code uses is missing."""
    try:
        known = set(legal_values().parameters)
    except (InvalidParameters, OSError) as error:
        return [Error(f"Valeurs légales inutilisables : {error}", id="rights.E001")]
    missing = sorted(set(NEEDED) - known)
    return [Error(f"Valeur légale absente : {name}", id="rights.E002") for name in missing]
