"""From the text of the file to typed values; refuses what could be read two ways."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import yaml

from rights.enums import Scheme
from rights.parameters.needed import NEEDED
from rights.parameters.typed_values import typed_value
from rights.parameters.types import (
    Confidence,
    DatedValue,
    Dates,
    InvalidParameters,
    LegalValues,
    Parameter,
    ParameterUnit,
    Topic,
    Use,
)

ROOT_KEYS = {"version", "parameters"}
PARAMETER_KEYS = {"topic", "unit", "meaning", "values"}
VALUE_KEYS = {"value", "from", "to", "source", "confidence", "note"}
USE_KEYS = {"scheme", "pays_for", "rate", "validated_by", "source"}
DIGEST_LENGTH = 12


def read_legal_values(text: str) -> LegalValues:
    """Parse and check the whole file. Raises InvalidParameters at the first thing that is not as expected."""
    try:
        document = yaml.load(text, Loader=_OneKeyLoader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise InvalidParameters(f"YAML illisible : {error}") from error
    if not isinstance(document, dict) or not ROOT_KEYS <= set(document) <= ROOT_KEYS | {"uses"}:
        raise InvalidParameters("attendu à la racine : version, parameters, uses")
    if not isinstance(document["version"], str) or not isinstance(document["parameters"], dict):
        raise InvalidParameters("version : attendu un texte ; parameters : attendu un dictionnaire")
    parameters = {name: _parameter(name, raw) for name, raw in document["parameters"].items()}
    uses = tuple(_use(rank, raw, parameters) for rank, raw in enumerate(document.get("uses", []), start=1))
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]
    return LegalValues(version=f"{document['version']}+{digest}", parameters=parameters, uses=uses)


class _OneKeyLoader(yaml.CSafeLoader):
    """A parameter written twice would silently keep the last one."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]  # type: ignore[no-untyped-call]
        twice = {str(key) for key in keys if keys.count(key) > 1}
        if twice:
            raise InvalidParameters(f"{', '.join(sorted(twice))} : écrit deux fois")
        return super().construct_mapping(node, deep=deep)


def _parameter(name: str, raw: Any) -> Parameter:
    if not isinstance(raw, dict) or not PARAMETER_KEYS <= set(raw) <= PARAMETER_KEYS | {"dates"}:
        raise InvalidParameters(f"{name} : attendu {', '.join(sorted(PARAMETER_KEYS))}, et au plus dates")
    for key, kind in (("unit", ParameterUnit), ("topic", Topic)):
        if raw[key] not in set(kind):
            raise InvalidParameters(
                f"{name} : {'unité inconnue' if key == 'unit' else 'topic inconnu'} {raw[key]!r}"
            )
    if raw.get("dates", Dates.EVENT) not in set(Dates):
        raise InvalidParameters(f"{name} : dates vaut {', '.join(Dates)}")
    if not isinstance(raw["values"], list) or not raw["values"]:
        raise InvalidParameters(f"{name} : aucune valeur")
    unit = ParameterUnit(raw["unit"])
    if NEEDED.get(name, unit) != unit:
        raise InvalidParameters(f"{name} : le calcul attend l’unité {NEEDED[name]}, lu {unit}")
    values = tuple(_dated_value(name, unit, row) for row in raw["values"])
    _check_continuous(name, values)
    return Parameter(
        name=name,
        topic=Topic(raw["topic"]),
        unit=unit,
        dates=Dates(raw.get("dates", Dates.EVENT)),
        meaning=_text(name, raw, "meaning"),
        values=values,
    )


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
        value=typed_value(name, unit, raw["value"]),
        starts_on=_day(name, raw, "from"),
        ends_on=_day(name, raw, "to"),
        source=_text(name, raw, "source"),
        confidence=confidence,
        note=_text(name, raw, "note") if "note" in raw else "",
    )


def _use(rank: int, raw: Any, parameters: dict[str, Parameter]) -> Use:
    name = f"uses, ligne {rank}"
    if not isinstance(raw, dict) or set(raw) != USE_KEYS:
        raise InvalidParameters(f"{name} : attendu {', '.join(sorted(USE_KEYS))}")
    if raw["scheme"] not in Scheme.values:
        raise InvalidParameters(f"{name} : droit inconnu {raw['scheme']!r}")
    if raw["rate"] and raw["rate"] not in parameters:
        raise InvalidParameters(f"{name} : valeur inconnue {raw['rate']!r}")
    texts = {key: _text(name, raw, key) for key in ("pays_for", "validated_by", "source")}
    return Use(scheme=raw["scheme"], rate=raw["rate"] or "", **texts)


def _day(name: str, raw: dict[str, Any], key: str) -> date | None:
    value = raw.get(key)
    if value is not None and type(value) is not date:
        raise InvalidParameters(f"{name} : {key} attend une date, lu {value!r}")
    return value


def _text(name: str, raw: dict[str, Any], key: str) -> str:
    value = raw[key]
    if not isinstance(value, str) or not value.strip():
        raise InvalidParameters(f"{name} : {key} est vide")
    return value.strip()


def _check_continuous(name: str, values: tuple[DatedValue, ...]) -> None:
    """Each day has exactly one value from the first on, and the last one is open."""
    if values[-1].ends_on is not None:
        raise InvalidParameters(f"{name} : la dernière valeur n’a pas de fin")
    for before, after in pairwise(values):
        if before.ends_on is None or after.starts_on != before.ends_on + timedelta(days=1):
            raise InvalidParameters(f"{name} : trou ou chevauchement après le {before.ends_on}")
        if before.starts_on is not None and before.starts_on > before.ends_on:
            raise InvalidParameters(f"{name} : une valeur finit avant de commencer, le {before.ends_on}")
