"""Triage (UO0): who advises a person, and what must be told before anything else.

The decision table is data, dated and sourced (cep/triage.yaml); here it is read for one situation. A row answers when
all it asks for holds. The first one that answers gives the outcome, those of the same outcome after it are further
choices: an executive in work may choose the Apec, which is an offer and no refusal by the regional operator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    EMPLOYEE = "employee"
    SELF_EMPLOYED = "self_employed"
    PUBLIC_AGENT = "public_agent"
    JOB_SEEKER = "job_seeker"
    STUDENT = "student"
    RETIRED = "retired"
    OTHER = "other"


class Outcome(StrEnum):
    """What a triage ends with. `BOOKED`: the person takes an appointment in the network of this portal."""

    BOOKED = "booked"
    REDIRECTED = "redirected"
    INFORMED = "informed"


@dataclass(frozen=True, slots=True)
class Situation:
    """What a person says of themselves. `age` in whole years, None when it is not said."""

    status: Status
    age: int | None = None
    is_executive: bool = False
    is_disabled: bool = False
    wants_to_leave: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """None or empty: whatever the person says. `age_under` is exclusive; an unknown age never meets it."""

    statuses: frozenset[Status] = frozenset()
    age_under: int | None = None
    is_executive: bool | None = None
    is_disabled: bool | None = None
    wants_to_leave: bool | None = None

    def holds(self, situation: Situation) -> bool:
        return (
            (not self.statuses or situation.status in self.statuses)
            and (self.age_under is None or (situation.age is not None and situation.age < self.age_under))
            and self.is_executive in {None, situation.is_executive}
            and self.is_disabled in {None, situation.is_disabled}
            and self.wants_to_leave in {None, situation.wants_to_leave}
        )


@dataclass(frozen=True, slots=True)
class Contact:
    """Who advises. `url` and `phone` are empty when the person finds them at their employer's."""

    name: str
    what: str
    url: str = ""
    phone: str = ""

    @property
    def site(self) -> str:
        """The address as people read it: without scheme nor www."""
        return self.url.removeprefix("https://").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, in force from `since` to `until`, both included; `until` None: still in force."""

    name: str
    since: date
    until: date | None
    condition: Condition
    outcome: Outcome
    contact: Contact | None
    because: str
    source: str

    def is_in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Advice:
    """What must be told first: what cannot be undone once it is done."""

    name: str
    since: date
    until: date | None
    condition: Condition
    title: str
    text: str
    source: str

    def is_in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Table:
    version: str
    rows: Sequence[Row]
    advices: Sequence[Advice]


@dataclass(frozen=True, slots=True)
class Decision:
    """`rows`: the answer, then the other choices, each with its reason and its source. `urgent` is read first."""

    outcome: Outcome
    rows: Sequence[Row]
    urgent: Sequence[Advice]
    version: str


def decide(situation: Situation, *, table: Table, day: date) -> Decision:
    """Raises LookupError when no row in force answers: the table must leave nobody without an answer."""
    answering = [row for row in table.rows if row.is_in_force(day) and row.condition.holds(situation)]
    if not answering:
        raise LookupError(f"the table answers nobody like {situation} on {day}")
    outcome = answering[0].outcome
    return Decision(
        outcome=outcome,
        rows=[row for row in answering if row.outcome == outcome],
        urgent=[a for a in table.advices if a.is_in_force(day) and a.condition.holds(situation)],
        version=table.version,
    )
