"""The same checks as Django validators, for the fields of models and forms."""

from collections.abc import Callable

from django.core.exceptions import ValidationError

from cpa_portal.kernel.identifiers.certification import certification_code
from cpa_portal.kernel.identifiers.errors import InvalidIdentifier
from cpa_portal.kernel.identifiers.nir import normalise_nir
from cpa_portal.kernel.identifiers.organisation import normalise_nda, normalise_siren, normalise_siret


def validate_nir(value: str) -> None:
    """Raises ValidationError whose code is the cause, and whose message does not quote the value."""
    _validate(normalise_nir, value)


def validate_siren(value: str) -> None:
    """Raises ValidationError; see `normalise_siren`."""
    _validate(normalise_siren, value)


def validate_siret(value: str) -> None:
    """Raises ValidationError; see `normalise_siret`."""
    _validate(normalise_siret, value)


def validate_nda(value: str) -> None:
    """Raises ValidationError; see `normalise_nda`."""
    _validate(normalise_nda, value)


def validate_certification_code(value: str) -> None:
    """Raises ValidationError; see `certification_code`."""
    _validate(certification_code, value)


def _validate(normalise: Callable[[str], str], value: str) -> None:
    try:
        normalise(value)
    except InvalidIdentifier as refusal:
        raise ValidationError(refusal.message, code=refusal.cause.value) from None
