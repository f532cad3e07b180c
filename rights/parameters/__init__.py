"""Legal values by date, each with its source: the code holds none of them."""

from rights.parameters.needed import NEEDED
from rights.parameters.registry import PARAMETERS_FILE, legal_values, value_on
from rights.parameters.types import (
    Confidence,
    DatedValue,
    InvalidParameters,
    LegalValues,
    Parameter,
    ParameterUnit,
    Topic,
)

__all__ = [
    "NEEDED",
    "PARAMETERS_FILE",
    "Confidence",
    "DatedValue",
    "InvalidParameters",
    "LegalValues",
    "Parameter",
    "ParameterUnit",
    "Topic",
    "legal_values",
    "value_on",
]
