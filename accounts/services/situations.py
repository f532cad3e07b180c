"""What a person declares to have become, from a day on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.enums import SituationKind, SituationSource
from accounts.exceptions import NoSuchSituation, SituationOverlaps
from accounts.models import Holder, Situation
from accounts.services.holders import record_situation

if TYPE_CHECKING:
    from datetime import date

PLACES = {
    SituationKind.HOME_PLACE: "home_commune_code",
    SituationKind.WORK_PLACE: "work_commune_code",
}


@transaction.atomic
def declare_situation(
    *, holder: Holder, kind: SituationKind, effective_on: date, details: dict[str, Any] | None = None
) -> Situation:
    """Write what the person is from that day on, until further notice. The former one ends the day before.

    Declared again for the same day, it is corrected. Raises SituationOverlaps when a later one already stands:
    what is written for after must be corrected first. A row that came from a flow keeps its origin, and says who
    ended it.
    """
    held = Holder.objects.select_for_update().get(pk=holder.pk)
    known = Situation.objects.filter(holder=held, kind=kind)
    if known.filter(starts_on__gt=effective_on).exists():
        raise SituationOverlaps
    known.filter(starts_on=effective_on).delete()
    _end(known.on(effective_on).first(), effective_on - timedelta(days=1))
    declared = record_situation(holder=held, kind=kind, starts_on=effective_on, details=details)
    _keep_place(held, kind, declared)
    return declared


@transaction.atomic
def end_situation(*, holder: Holder, kind: SituationKind, last_day: date) -> Situation:
    """Write that the person's situation ended. Raises NoSuchSituation when none of that kind stood on that day."""
    Holder.objects.select_for_update().get(pk=holder.pk)
    current = Situation.objects.filter(holder=holder, kind=kind).on(last_day).first()
    if current is None:
        raise NoSuchSituation
    _end(current, last_day)
    return current


def _end(situation: Situation | None, last_day: date) -> None:
    if situation is None:
        return
    situation.ends_on = last_day
    if situation.source != SituationSource.DECLARED:
        said = f"fin déclarée par vous : {last_day:%d/%m/%Y}"
        situation.source_detail = f"{situation.source_detail} ; {said}".strip(" ;")[:200]
    situation.save(update_fields=["ends_on", "source_detail"])


def _keep_place(holder: Holder, kind: SituationKind, declared: Situation) -> None:
    """Where the person lives and works now, which searches begin with, follows what is declared."""
    column = PLACES.get(kind)
    if column is not None:
        setattr(holder, column, declared.details["commune"])
        holder.save(update_fields=[column])
