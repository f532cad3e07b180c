"""What one system says of a training file to another, free of any database row."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from rights.enums import Funder

# Never the price nor the dates: the person agreed to them, and only a proposal of the organisation changes them.
CORRECTABLE = ("title", "organisation_siret", "nda", "certification_code", "hours_minutes", "place")
# What says which training it is, whoever writes it.
IDENTIFYING = (*CORRECTABLE, "organisation_name")


@dataclass(frozen=True)
class FundingFact:
    funder: Funder
    amount_cents: int


@dataclass(frozen=True)
class TrainingFileFacts:
    """A file as a partner or AGORA describes it. Money in cents, duration in minutes, dates included.

    `fundings` may be empty when the sender does not give them; otherwise they add up to the price.
    `entered_on` is the day on which the person really began, None before.
    """

    title: str
    organisation_siret: str
    session_starts_on: date
    session_ends_on: date
    price_cents: int
    certification_code: str = ""
    organisation_name: str = ""
    nda: str = ""
    hours_minutes: int = 0
    place: str = ""
    fundings: tuple[FundingFact, ...] = ()
    entered_on: date | None = None

    def as_fields(self) -> dict[str, Any]:
        """The facts that a TrainingFile carries under the same names."""
        apart = {"fundings", "entered_on"}
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in apart}
