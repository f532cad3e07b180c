"""What this room asks of the rooms above it, which name their implementation in the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import Holder


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """An e-mail ready to leave. Attachments: (file name, MIME type, content). `headers` join those of every e-mail."""

    subject: str
    text: str
    html: str = ""
    attachments: Sequence[tuple[str, str, bytes]] = field(default=())
    headers: Mapping[str, str] = field(default_factory=dict)


class NotificationRenderer(Protocol):
    """Named in settings.NOTIFICATION_RENDERERS, one per kind of message."""

    def __call__(self, context: Mapping[str, Any]) -> RenderedMessage:
        """Raises NoLongerNeeded when what it would say no longer holds. A text message has a text alone."""
        ...


class TextMessageSender(Protocol):
    """Named in settings.TEXT_MESSAGE_SENDER; empty: nobody sends text messages."""

    def __call__(self, *, number: str, text: str, reference: str) -> None:
        """Hand one message to the provider. `reference` is the same each time the same message is tried.

        Raises any exception when the provider has not taken it: it will be tried again.
        """
        ...


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long a class of data is kept, and on what ground. Every sentence is in French, for the person."""

    data_class: str
    models: tuple[str, ...]
    kept: str
    ground: str
    afterwards: str = "Suppression"
    # Who may read it, besides the person: roles and partners, in words.
    seen_by: str = "Personne d’autre que vous"


@dataclass(frozen=True, slots=True)
class Sweep:
    """A class of data that leaves when its time is over. `models`: the tables that it empties or blanks.

    `due`: the rows whose time is over on that day. `apply`: makes them go and returns how many went.
    """

    code: str
    data_class: str
    kept: str
    models: tuple[str, ...]
    due: Callable[[date], QuerySet[Any]]
    apply: Callable[[QuerySet[Any]], int]


@dataclass(frozen=True, slots=True)
class KeptForProof:
    """Tables that `apply_retention` leaves alone: why, on what ground, and what becomes of them. In French."""

    models: tuple[str, ...]
    why: str
    ground: str
    afterwards: str


class PersonalDataExporter(Protocol):
    """A module named in settings.PERSONAL_DATA_EXPORTERS, one per room that holds data about people."""

    TITLE: str
    RETENTION_RULES: Sequence[RetentionRule]
    # Every table of the room from which foreign keys lead to a holder is in one of the two: the part of the copy that
    # shows its rows ("Droits à la formation / Écritures"), or the reason why the copy has no such part.
    COPIED: Mapping[str, str]
    NOT_COPIED: Mapping[str, str]

    def export_personal_data(self, holder: Holder) -> dict[str, Any]:
        """All that the room holds about the person, in values that JSON knows; keys are French titles."""
        ...


class Commune(Protocol):
    @property
    def pk(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def region_code(self) -> str: ...


class CommuneLookup(Protocol):
    """Named in settings.COMMUNE_LOOKUP: the commune of an INSEE code, None when the code is not known."""

    def __call__(self, code: str) -> Commune | None: ...


class CommuneFinder(Protocol):
    """Named in settings.COMMUNE_FINDER: the communes that a person may mean by a name, an INSEE or a postal code."""

    def __call__(self, text: str) -> Sequence[Commune]: ...


@dataclass(frozen=True, slots=True)
class DiplomaEffect:
    """What having no diploma of level 3 (CAP) changes for who says so: amounts in cents, each from a dated value."""

    yearly_cents: int
    majored_yearly_cents: int
    ceiling_cents: int
    majored_ceiling_cents: int
    first_year: int
    credited_on: date
    sources: tuple[str, ...]


class DiplomaEffectLookup(Protocol):
    """Named in settings.DIPLOMA_EFFECT: the effect of a declaration made on that day."""

    def __call__(self, declared_on: date) -> DiplomaEffect: ...
