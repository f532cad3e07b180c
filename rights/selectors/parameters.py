"""The legal values, laid out for the public page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rights.enums import Scheme
from rights.parameters import Confidence, DatedValue, LegalValues, Parameter, Topic
from rights.schemes import SCHEMES
from rights.wording.values import CONFIDENCES, TOPICS, format_value


@dataclass(frozen=True)
class ValueRow:
    meaning: str
    value: str
    starts_on: date | None
    ends_on: date | None
    source: str
    confidence: str
    badge: str
    note: str
    is_current: bool


@dataclass(frozen=True)
class TopicTable:
    """One table: `slug` is its anchor; `rows` by parameter, the latest value of each first."""

    slug: str
    title: str
    purpose: str
    rows: tuple[ValueRow, ...]


@dataclass(frozen=True)
class UseRow:
    scheme: str
    pays_for: str
    rate: str
    validated_by: str
    source: str


def topic_tables(values: LegalValues, day: date) -> list[TopicTable]:
    """Every value of the file, by topic; `is_current` tells those in force that day."""
    return [
        TopicTable(topic.value, title, purpose, _rows(values, topic, day))
        for topic, (title, purpose) in TOPICS.items()
    ]


def _rows(values: LegalValues, topic: Topic, day: date) -> tuple[ValueRow, ...]:
    parameters = [parameter for parameter in values.parameters.values() if parameter.topic is topic]
    return tuple(
        _row(parameter, dated, day) for parameter in parameters for dated in reversed(parameter.values)
    )


def _row(parameter: Parameter, dated: DatedValue, day: date) -> ValueRow:
    label, badge = CONFIDENCES[dated.confidence]
    return ValueRow(
        meaning=parameter.meaning,
        value=format_value(parameter, dated),
        starts_on=dated.starts_on,
        ends_on=dated.ends_on,
        source=dated.source,
        confidence=label,
        badge=badge,
        note=dated.note,
        is_current=dated.holds_on(day),
    )


def use_rows(values: LegalValues, day: date) -> list[UseRow]:
    """Which right pays for what, at the rate of that day."""
    return [
        UseRow(
            scheme=SCHEMES[Scheme(use.scheme)].short_name,
            pays_for=use.pays_for,
            rate=_rate(values, use.rate, day),
            validated_by=use.validated_by,
            source=use.source,
        )
        for use in values.uses
    ]


def _rate(values: LegalValues, name: str, day: date) -> str:
    if not name:
        return "1 € de droits pour 1 €"
    parameter = values.parameters[name]
    return f"{parameter.meaning} : {format_value(parameter, parameter.on(day))}"


def open_choices(values: LegalValues) -> int:
    """How many values rest on a choice that the law leaves open."""
    return sum(
        dated.confidence is Confidence.LOW
        for parameter in values.parameters.values()
        for dated in parameter.values
    )
