"""What a feeding reads, batch by batch, in one statement: who was declared, what was declared, what is posted.

Facts stay in the text of the database until a rule needs them: people whose texts are the same have the same rights,
which are then computed once (`rights.services.feeding`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import SituationKind
from rights.enums import DeclarationKind, Scheme
from rights.models import Declaration
from rights.rules.activity import Profile
from rights.rules.declared import Declared

LEVEL_OF_CAP = 3
CHANGING_AMOUNTS = (
    SituationKind.DISABLED_WORKER,
    SituationKind.DIPLOMA_LEVEL,
    SituationKind.PUBLIC_AGENT,
    SituationKind.RETIRED,
)


class FedPart(NamedTuple):
    """How far a part of the year is posted (see YearlyFeeding)."""

    posted: int
    balance_before: int
    rounds: int


@dataclass(frozen=True)
class Person:
    """All that a feeding needs of one holder. `declared`, `situations` and `fed` are JSON texts, empty when there is
    nothing; `counters` gives the key, the balance and what is set aside of each counter; `committed` and `points` are
    all that the CEC and the C2P ever received.
    """

    alive: bool
    birth: date | None
    declared: str
    situations: str
    fed: str
    counters: dict[str, list[int]]
    committed: int
    points: int = 0

    def declarations(self) -> list[Declared]:
        """The declarations in force."""
        return [
            Declared(DeclarationKind(kind), reference, facts)
            for kind, reference, facts in json.loads(self.declared)
        ]

    def profile(self) -> Profile:
        return profile_from(
            (Situated(*facts) for facts in json.loads(self.situations or "[]")), birth=self.birth
        )

    def fed_parts(self) -> dict[tuple[Scheme, str], FedPart]:
        return {
            (Scheme(scheme), part): FedPart(*numbers)
            for scheme, part, *numbers in json.loads(self.fed or "[]")
        }


@dataclass(frozen=True)
class Situated:
    """A situation as the rules use it: the years it began and ended in."""

    kind: str
    from_year: int
    until_year: int | None
    details: dict[str, object]


def holders_declared(year: int, *, after: UUID | None, limit: int) -> list[UUID]:
    """The next holders with a declaration for that year, in the order of their keys."""
    declarations = Declaration.objects.filter(year=year)
    if after is not None:
        declarations = declarations.filter(holder_id__gt=after)
    return list(declarations.order_by("holder_id").values_list("holder_id", flat=True).distinct()[:limit])


# One branch a kind of fact, brought together in Python: a join of five aggregates is planned for one person and then
# compares everyone with everyone. References are the declarant's own: only that of a top-up names a part, the others
# would make everyone unique.
_FACTS = """
SELECT id, 'holder', CASE WHEN deceased_on IS NULL THEN coalesce(birth_date::text, '') END
FROM accounts_holder WHERE id BETWEEN %(first)s AND %(last)s
UNION ALL
SELECT holder_id, 'declared',
       jsonb_agg(jsonb_build_array(kind, CASE WHEN kind = 'supplement' THEN reference ELSE '' END, facts)
                 ORDER BY kind, reference)::text
FROM (SELECT DISTINCT ON (holder_id, kind, reference) holder_id, kind, reference, facts
      FROM rights_declaration WHERE year = %(year)s AND holder_id BETWEEN %(first)s AND %(last)s
      ORDER BY holder_id, kind, reference, version DESC) AS in_force
GROUP BY holder_id
UNION ALL
SELECT holder_id, 'situations',
       jsonb_agg(jsonb_build_array(kind, extract(year FROM starts_on)::int, extract(year FROM ends_on)::int, details)
                 ORDER BY id)::text
FROM accounts_situation
WHERE holder_id BETWEEN %(first)s AND %(last)s AND kind = ANY(%(kinds)s) AND starts_on <= %(end)s
GROUP BY holder_id
UNION ALL
SELECT holder_id, 'counters', jsonb_object_agg(scheme, jsonb_build_array(id, balance, reserved))::text
FROM rights_counter WHERE holder_id BETWEEN %(first)s AND %(last)s GROUP BY holder_id
UNION ALL
SELECT counter.holder_id, 'fed',
       jsonb_agg(jsonb_build_array(scheme, part, posted, balance_before, rounds) ORDER BY scheme, part)::text
FROM rights_counter counter JOIN rights_yearlyfeeding part ON part.counter_id = counter.id
WHERE counter.holder_id BETWEEN %(first)s AND %(last)s
  -- Said twice, so that the parts are looked for by their key: all parts of the year are as many as the people.
  AND part.year = %(year)s
  AND part.counter_id = ANY(ARRAY(SELECT id FROM rights_counter WHERE holder_id BETWEEN %(first)s AND %(last)s))
GROUP BY counter.holder_id
UNION ALL
-- What was acquired, and what a feeding took back of it; a use, a conversion away or a retention opens no room.
SELECT counter.holder_id, CASE counter.scheme WHEN 'cec' THEN 'committed' ELSE 'points' END, sum(entry.amount)::text
FROM rights_counter counter JOIN rights_entry entry ON entry.counter_id = counter.id
WHERE counter.holder_id BETWEEN %(first)s AND %(last)s AND counter.scheme IN ('cec', 'c2p')
  AND (entry.kind IN ('opening', 'credit') OR (entry.kind = 'conversion' AND entry.amount > 0)
       OR (entry.kind = 'correction' AND entry.key ^@ 'feed:'))
GROUP BY counter.holder_id, counter.scheme
"""


def people_to_feed(ids: list[UUID], year: int) -> list[Person]:
    """These consecutive holders, in the order of their keys, with what is declared and posted. One statement."""
    facts: dict[UUID, dict[str, str]] = {holder_id: {} for holder_id in ids}
    with connection.cursor() as cursor:
        cursor.execute(
            _FACTS,
            {
                "first": ids[0],
                "last": ids[-1],
                "year": year,
                "end": date(year, 12, 31),
                "kinds": [kind.value for kind in CHANGING_AMOUNTS],
            },
        )
        for holder_id, what, text in cursor.fetchall():
            # Between two people to feed there are others, without a declaration for the year.
            if holder_id in facts:
                facts[holder_id][what] = text
    return [_person(own) for own in facts.values()]


def _person(facts: dict[str, str]) -> Person:
    birth = facts["holder"]
    return Person(
        alive=birth is not None,
        birth=date.fromisoformat(birth) if birth else None,
        declared=facts["declared"],
        situations=facts.get("situations", ""),
        fed=facts.get("fed", ""),
        counters=json.loads(facts["counters"]),
        committed=int(facts.get("committed", 0)),
        points=int(facts.get("points", 0)),
    )


def profile_from(situations: Iterable[Situated], *, birth: date | None) -> Profile:
    """What a person's situations change in their amounts: level of diploma, disability, full pension."""
    low_from = low_until = oeth_from = None
    low_public = retired = False
    for situation in situations:
        if situation.kind == SituationKind.DISABLED_WORKER:
            oeth_from = min(oeth_from or situation.from_year, situation.from_year)
        elif situation.kind == SituationKind.DIPLOMA_LEVEL and _is_low(situation):
            low_from, low_until = situation.from_year, situation.until_year
        elif situation.kind == SituationKind.PUBLIC_AGENT and situation.details.get("category") == "C":
            low_public = True
        elif situation.kind == SituationKind.RETIRED and situation.details.get("full_rate"):
            retired = True
    return Profile(
        low_qualified_from=low_from,
        low_qualified_until=low_until,
        oeth_from=oeth_from,
        public_low_qualified=low_public and low_from is not None,
        birth=birth,
        retired=retired,
    )


def _is_low(situation: Situated) -> bool:
    level = situation.details.get("level")
    return isinstance(level, int) and level < LEVEL_OF_CAP
