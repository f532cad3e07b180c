"""From the text of the file to typed values; refuses what could be read two ways."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import yaml

from rights.enums import Scheme
from rights.parameters.types import (
    Confidence,
    DatedValue,
    InvalidParameters,
    LegalValues,
    Parameter,
    ParameterUnit,
)

PARAMETER_KEYS = {"unit", "meaning", "values"}
VALUE_KEYS = {"value", "from", "to", "source", "confidence", "note"}


def read_legal_values(text: str) -> LegalValues:
    """Parse and check the whole file. Raises InvalidParameters at the first thing that is not as expected."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidParameters(f"YAML illisible : {error}") from error
    if not isinstance(document, dict) or set(document) != {"version", "parameters"}:
        raise InvalidParameters("attendu à la racine : version, parameters")
    if not isinstance(document["version"], str) or not isinstance(document["parameters"], dict):
        raise InvalidParameters("version : attendu un texte ; parameters : attendu un dictionnaire")
    parameters = {name: _parameter(name, raw) for name, raw in document["parameters"].items()}
    return LegalValues(version=document["version"], parameters=parameters)


def _parameter(name: str, raw: Any) -> Parameter:
    if not isinstance(raw, dict) or set(raw) != PARAMETER_KEYS:
        raise InvalidParameters(f"{name} : attendu {', '.join(sorted(PARAMETER_KEYS))}")
    if raw["unit"] not in set(ParameterUnit):
        raise InvalidParameters(f"{name} : unité inconnue {raw['unit']!r}")
    if not isinstance(raw["values"], list) or not raw["values"]:
        raise InvalidParameters(f"{name} : aucune valeur")
    unit = ParameterUnit(raw["unit"])
    values = tuple(_dated_value(name, unit, row) for row in raw["values"])
    _check_continuous(name, values)
    return Parameter(name=name, unit=unit, meaning=_text(name, raw, "meaning"), values=values)


def _dated_value(name: str, unit: ParameterUnit, raw: Any) -> DatedValue:
    if not isinstance(raw, dict) or not {"value", "source", "confidence"} <= set(raw) <= VALUE_KEYS:
        raise InvalidParameters(
            f"{name} : une valeur dit value, source, confidence, et au plus from, to, note"
        )
    if raw["confidence"] not in set(Confidence):
        raise InvalidParameters(f"{name} : confidence vaut high, medium ou low")
    confidence = Confidence(raw["confidence"])
    if confidence is Confidence.LOW and not raw.get("note"):
        raise InvalidParameters(f"{name} : une valeur incertaine explique son choix dans note")
    return DatedValue(
        value=_typed_value(name, unit, raw["value"]),
        starts_on=_day(name, raw, "from"),
        ends_on=_day(name, raw, "to"),
        source=_text(name, raw, "source"),
        confidence=confidence,
        note=raw.get("note", ""),
    )


def _typed_value(name: str, unit: ParameterUnit, value: Any) -> int | tuple[str, ...]:
    if unit is ParameterUnit.SCHEMES:
        if not isinstance(value, list) or not value or not set(value) <= set(Scheme.values):
            raise InvalidParameters(f"{name} : attendu une liste de droits parmi {', '.join(Scheme.values)}")
        return tuple(value)
    # bool is an int in Python; a float would bring back rounding that the law does not know.
    if type(value) is not int or value < 0:
        raise InvalidParameters(f"{name} : attendu un entier positif ou nul, lu {value!r}")
    return value


def _day(name: str, raw: dict[str, Any], key: str) -> date | None:
    value = raw.get(key)
    if value is not None and type(value) is not date:
        raise InvalidParameters(f"{name} : {key} attend une date, lu {value!r}")
    return value


def _text(name: str, raw: dict[str, Any], key: str) -> str:
    value = raw[key]
    if not isinstance(value, str) or not value.strip():
        raise InvalidParameters(f"{name} : {key} est vide")
    return value


def _check_continuous(name: str, values: tuple[DatedValue, ...]) -> None:
    """Each day has exactly one value from the first on, and the last one is open."""
    if values[-1].ends_on is not None:
        raise InvalidParameters(f"{name} : la dernière valeur n’a pas de fin")
    for before, after in pairwise(values):
        if before.ends_on is None or after.starts_on != before.ends_on + timedelta(days=1):
            raise InvalidParameters(f"{name} : trou ou chevauchement après le {before.ends_on}")
