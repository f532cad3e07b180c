"""What the level of diploma changes, read from the dated values: settings.DIPLOMA_EFFECT of the room of accounts."""

from __future__ import annotations

from datetime import date

from accounts.ports import DiplomaEffect
from rights.parameters import value_on

NAMES = (
    "cpf_yearly_cents",
    "cpf_low_qualified_yearly_cents",
    "cpf_ceiling_cents",
    "cpf_majored_ceiling_cents",
)


def diploma_effect(declared_on: date) -> DiplomaEffect:
    """The effect holds from the feeding of the year of the declaration (Code du travail, R. 6323-3-1, II)."""
    year_end = date(declared_on.year, 12, 31)
    usual, majored, ceiling, majored_ceiling = values = [value_on(name, year_end) for name in NAMES]
    return DiplomaEffect(
        yearly_cents=usual.number,
        majored_yearly_cents=majored.number,
        ceiling_cents=ceiling.number,
        majored_ceiling_cents=majored_ceiling.number,
        first_year=declared_on.year,
        credited_on=value_on("private_feeding_day", year_end).posting.of(declared_on.year),
        sources=tuple(dict.fromkeys(value.source for value in values)),
    )
