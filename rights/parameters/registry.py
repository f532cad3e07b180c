from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from rights.parameters.reading import read_legal_values
from rights.parameters.types import DatedValue, LegalValues

PARAMETERS_FILE = Path(__file__).parent / "legal_values.yaml"


@cache
def legal_values() -> LegalValues:
    """The file, read once per process. Raises InvalidParameters; the system check says so at start."""
    return read_legal_values(PARAMETERS_FILE.read_text(encoding="utf-8"))


def value_on(name: str, day: date) -> DatedValue:
    """The value of a parameter on that day, with its source. Raises LookupError for an unknown name or day."""
    return legal_values().parameters[name].on(day)
