"""Legal values by date, each with its source: the code holds none of them."""

from rights.parameters.registry import PARAMETERS_FILE, legal_values, value_on
from rights.parameters.types import DatedValue, InvalidParameters, LegalValues, Parameter, ParameterUnit

__all__ = [
    "PARAMETERS_FILE",
    "DatedValue",
    "InvalidParameters",
    "LegalValues",
    "Parameter",
    "ParameterUnit",
    "legal_values",
    "value_on",
]
