"""What declarations bring, computed once for all the people whose facts are the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from rights.enums import Scheme
from rights.parameters import LegalValues, legal_values
from rights.rules.derivation import Derivation
from rights.rules.feeding import (
    Fed,
    Holding,
    PlannedCredit,
    corrected,
    idle_birth_years,
    planned_credits,
)
from rights.selectors.feeding import Person

# A plan takes about 3 KiB: what is kept stays far below the memory of a worker.
PLANS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned credit as many people share it: its derivation is the text that is stored."""

    scheme: Scheme
    part: str
    amount: int
    posted_on: date
    estimated: bool
    label: str
    balance_before: int
    derivation: str

    @classmethod
    def of(cls, credit: PlannedCredit) -> Plan:
        return cls(
            credit.scheme, credit.part, credit.amount, credit.posted_on, credit.estimated, credit.label,
            credit.balance_before, as_text(credit.derivation),
        )  # fmt: skip

    def corrected(self, *, before: int, after: int) -> str:
        """How the part should have been computed, then the difference with what was posted."""
        computed = Derivation.from_json(json.loads(self.derivation))
        assert computed is not None
        return as_text(corrected(computed, scheme=self.scheme, before=before, after=after))


class Case(NamedTuple):
    """Everything that a plan depends on; the version is that of the legal values."""

    version: str
    year: int
    birth: date | None
    declared: str
    situations: str
    fed: str
    balances: tuple[tuple[str, int], ...]
    committed: int


def planned_for(person: Person, year: int, values: LegalValues) -> tuple[Plan, ...]:
    """What the year brings to the person, from the facts alone. Raises LookupError for a year without rules."""
    idle = (
        person.birth is not None
        and person.birth.year in _idle_years(year, values.version)
        and '"exposure"' not in person.declared
    )
    return _plans(
        Case(
            version=values.version,
            year=year,
            birth=None if idle else person.birth,
            declared=person.declared,
            situations=person.situations,
            fed=person.fed,
            balances=tuple(_compared(person)),
            committed=person.committed,
        )
    )


def _compared(person: Person) -> Iterator[tuple[str, int]]:
    """What each ceiling is compared with. What is set aside for a file is still on the account, and comes back if the
    file ends; points spent on a training open no room under the ceiling of a career.
    """
    for scheme, (_, balance, reserved) in person.counters.items():
        yield scheme, person.points if scheme == Scheme.C2P else balance + reserved


@lru_cache(maxsize=16)
def _idle_years(year: int, version: str) -> range:
    return idle_birth_years(year, legal_values())


@lru_cache(maxsize=PLANS_KEPT)
def _plans(case: Case) -> tuple[Plan, ...]:
    facts = Person(
        alive=True, birth=case.birth, declared=case.declared, situations=case.situations, fed=case.fed,
        counters={}, committed=case.committed,
    )  # fmt: skip
    holding = Holding(
        balances={Scheme(scheme): balance for scheme, balance in case.balances},
        committed=case.committed,
        fed={key: Fed(part.posted, part.balance_before) for key, part in facts.fed_parts().items()},
    )
    planned = planned_credits(case.year, facts.declarations(), facts.profile(), holding, legal_values())
    return tuple(Plan.of(credit) for credit in planned)


def as_text(derivation: Derivation) -> str:
    """The derivation as JSON; what breaks a line is escaped by JSON itself."""
    return json.dumps(derivation.as_json(), ensure_ascii=False, separators=(",", ":"))
