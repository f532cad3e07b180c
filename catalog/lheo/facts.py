"""What a feed says of a training, once read: plain values, comparable, with a digest."""

import datetime
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self, TypeVar

from catalog.enums import EntryMode, FindingAction, Modality, RecruitmentState
from catalog.words import families, lemmas


@dataclass(frozen=True, slots=True)
class Finding:
    """A field that was refused (its value dropped) or repaired (its value changed to a certain one)."""

    path: str
    identifier: str
    field: str
    value: str
    rule: str
    action: FindingAction
    # Of the file, from 1; None where the format has none (a table of an archive, an attribute that is absent).
    line: int | None = None


@dataclass(frozen=True)
class PlaceFacts:
    name: str
    address: str
    postal_code: str
    town: str
    commune_code: str
    latitude: float | None
    longitude: float | None

    @cached_property
    def fingerprint(self) -> uuid.UUID:
        return digest_of(self)


def name_by_number(siret: str) -> str:
    return f"Organisme {siret}"


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """`is_described` is false when the feed says nothing but the number: what is known of it elsewhere stands."""

    siret: str
    nda: str
    name: str
    legal_name: str
    postal_code: str
    town: str
    commune_code: str
    email: str
    phone: str
    website: str
    is_described: bool = True

    @classmethod
    def known_by_number(cls, siret: str) -> Self:
        return cls(siret, "", name_by_number(siret), "", "", "", "", "", "", "", is_described=False)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    number: str
    occurrence: int
    starts_on: datetime.date | None
    ends_on: datetime.date | None
    registration_starts_on: datetime.date | None
    registration_ends_on: datetime.date | None
    recruitment_state: RecruitmentState


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """`places`: the main one first. Price in cents, taxes included; length in minutes."""

    number: str
    occurrence: int
    modality: Modality
    entry_mode: EntryMode
    price_cents: int | None
    hours_minutes: int | None
    rhythm: str
    conditions: str
    accessibility: str
    languages: str
    places: tuple[PlaceFacts, ...]
    sessions: tuple[SessionFacts, ...]


NOBODY = OrganisationFacts.known_by_number("")


@dataclass(frozen=True)
class TrainingFacts:
    number: str
    occurrence: int
    organisation: OrganisationFacts
    certification_code: str
    occupation_codes: tuple[str, ...]
    title: str
    objective: str
    expected_results: str
    content: str
    is_certifying: bool
    entry_level: int | None
    exit_level: int | None
    website: str
    described_on: datetime.date | None
    actions: tuple[ActionFacts, ...]

    @property
    def lemmas(self) -> str:
        """The words of its title in one form, for the index."""
        return lemmas(self.title)

    @cached_property
    def families(self) -> str:
        """The families of the words of its title, for the index."""
        return families(self.title)

    @cached_property
    def digest(self) -> uuid.UUID:
        """Changes when anything stored about the training changes. The organisation counts by its SIRET alone."""
        described = replace(self, occurrence=1, organisation=NOBODY)
        return digest_of((self.organisation.siret, described))


Numbered = TypeVar("Numbered", ActionFacts, SessionFacts)


def digest_of(values: object) -> uuid.UUID:
    """A digest of what the values are, read as Python writes them."""
    return uuid.UUID(bytes=hashlib.sha256(repr(values).encode()).digest()[:16])


def next_occurrence(new: Numbered, before: Sequence[Numbered]) -> Numbered | None:
    """`new` with the occurrence that tells it from those of the same number; None when it repeats one of them."""
    same = [known for known in before if known.number == new.number]
    if any(replace(known, occurrence=new.occurrence) == new for known in same):
        return None
    return replace(new, occurrence=1 + max((known.occurrence for known in same), default=0))
