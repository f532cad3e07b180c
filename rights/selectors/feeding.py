"""What a feeding reads, batch by batch: who was declared, what was declared, what is already posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Sum

from accounts.models import Holder, Situation, SituationKind
from rights.enums import DeclarationKind, EntryKind, Scheme
from rights.models import Declaration, Entry, YearlyFeeding
from rights.rules.activity import Profile
from rights.rules.declared import Declared

LEVEL_OF_CAP = 3
ACQUIRED = (EntryKind.OPENING, EntryKind.CREDIT, EntryKind.CORRECTION, EntryKind.CONVERSION)


@dataclass
class Person:
    """All that the rules need of one holder."""

    holder: Holder
    declared: list[Declared] = field(default_factory=list)
    situations: list[Situation] = field(default_factory=list)


def holders_declared(year: int, *, after: UUID | None, limit: int) -> list[UUID]:
    """The next holders with a declaration for that year, in the order of their keys."""
    declarations = Declaration.objects.filter(year=year)
    if after is not None:
        declarations = declarations.filter(holder_id__gt=after)
    return list(declarations.order_by("holder_id").values_list("holder_id", flat=True).distinct()[:limit])


def people_to_feed(ids: list[UUID], year: int) -> dict[UUID, Person]:
    """These holders with their declarations in force and their situations. Three queries."""
    people = {holder.pk: Person(holder) for holder in Holder.objects.filter(pk__in=ids).order_by("pk")}
    # The last version of each declaration is the one in force.
    rows = (
        Declaration.objects.filter(year=year, holder_id__in=ids)
        .order_by("holder_id", "kind", "reference", "-version")
        .distinct("holder_id", "kind", "reference")
    )
    for row in rows:
        people[row.holder_id].declared.append(Declared(DeclarationKind(row.kind), row.reference, row.facts))
    for situation in Situation.objects.filter(holder_id__in=ids, starts_on__lte=date(year, 12, 31)).order_by(
        "pk"
    ):
        people[situation.holder_id].situations.append(situation)
    return people


def profile_of(holder: Holder, situations: Sequence[Situation]) -> Profile:
    """What a person's situations change in their amounts: level of diploma, disability, full pension."""
    low_from = low_until = oeth_from = None
    low_public = retired = False
    for situation in situations:
        if situation.kind == SituationKind.DISABLED_WORKER:
            oeth_from = min(oeth_from or situation.starts_on.year, situation.starts_on.year)
        elif situation.kind == SituationKind.DIPLOMA_LEVEL and _is_low(situation):
            low_from = situation.starts_on.year
            low_until = situation.ends_on.year if situation.ends_on else None
        elif situation.kind == SituationKind.PUBLIC_AGENT and situation.details.get("category") == "C":
            low_public = True
        elif situation.kind == SituationKind.RETIRED and situation.details.get("full_rate"):
            retired = True
    return Profile(
        low_qualified_from=low_from,
        low_qualified_until=low_until,
        oeth_from=oeth_from,
        public_low_qualified=low_public and low_from is not None,
        birth=holder.birth_date,
        retired=retired,
    )


def _is_low(situation: Situation) -> bool:
    level = situation.details.get("level")
    return isinstance(level, int) and level < LEVEL_OF_CAP


def fed_parts(counter_ids: list[int], year: int) -> dict[tuple[int, str], YearlyFeeding]:
    """What each part of the year already brought, by counter and part."""
    rows = YearlyFeeding.objects.filter(year=year, counter_id__in=counter_ids)
    return {(row.counter_id, row.part): row for row in rows}


def acquired_commitments(counter_ids: list[int]) -> dict[int, int]:
    """All that each commitment counter ever received: its ceiling is on what was acquired."""
    entries = Entry.objects.filter(counter_id__in=counter_ids, counter__scheme=Scheme.CEC, kind__in=ACQUIRED)
    rows = entries.values("counter_id")
    return {row["counter_id"]: row["total"] for row in rows.annotate(total=Sum("amount")).order_by()}
