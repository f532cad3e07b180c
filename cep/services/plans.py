"""What the staff decides about openings: each is recorded, then laid down, in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeVar

from django.db import transaction

from accounts.models import User
from cep.enums import ImpactCause
from cep.exceptions import PlanRefused
from cep.models import (
    Absence,
    Adviser,
    Departure,
    ExtraOpening,
    Impact,
    Operator,
    Pattern,
    Site,
    SiteClosure,
    Window,
)
from cep.models.plan import Opening, PlanEntry
from cep.rules.local_time import PARIS
from cep.services.agenda import LayingReport, lay_down

Recorded = TypeVar("Recorded", bound=PlanEntry)

# What of an operator, a site or an adviser changes the windows that are laid down from the plan.
LAID_DOWN_FROM: Final = ("works_whit_monday", "time_zone", "holiday_zone", "starts_on", "ends_on")


@dataclass
class PlanReport:
    """What a decision did, over all the advisers that it concerned."""

    added: int = 0
    removed: int = 0
    impacts: list[Impact] = field(default_factory=list)
    public_holidays: set[date] = field(default_factory=set)
    clock_changes: set[date] = field(default_factory=set)

    def add(self, laid: LayingReport) -> None:
        self.added += laid.added
        self.removed += laid.removed
        self.impacts += laid.impacts
        self.public_holidays |= laid.public_holidays
        self.clock_changes |= laid.clock_changes


def record_opening(*, opening: Pattern | ExtraOpening, actor: User | None, now: datetime) -> PlanReport:
    """Add a regular or an exceptional opening. Raises PlanRefused where the adviser is wanted elsewhere, or at
    the site of another operator.
    """
    _refuse_another_operator(opening)
    with transaction.atomic():
        _record(opening, actor)
        laid = lay_down(adviser=opening.adviser, now=now)
        if laid.conflicts:
            # Raised inside the transaction: the opening goes with it.
            days = ", ".join(f"{day:%d/%m/%Y}" for day in sorted(laid.conflicts)[:3])
            raise PlanRefused(
                f"Le conseiller est déjà ouvert ailleurs, ou sous un autre mode, à ces heures (par exemple le {days})."
            )
        return _report([laid])


def record_absence(
    *, absence: Absence, actor: User | None, now: datetime, zone: str | None = None
) -> PlanReport:
    """The adviser does not receive then. Appointments of that time get an impact, none is lost.

    `zone`: the clock of its days and hours (IANA), the adviser's own when not said.
    """
    with transaction.atomic():
        absence.time_zone = zone or clock_of(absence.adviser)
        _record(absence, actor)
        return _report([lay_down(adviser=absence.adviser, now=now, cause=ImpactCause.ABSENCE)])


def close_site(*, closure: SiteClosure, actor: User | None, now: datetime) -> PlanReport:
    """Nobody is received at the site then. Exceptional openings at the site stay."""
    with transaction.atomic():
        _record(closure, actor)
        return _report(_lay_down_site(closure.site, now, ImpactCause.SITE_CLOSED))


def lift(*, entry: PlanEntry, now: datetime) -> PlanReport:
    """Take back an opening, an absence or a closure; what it had changed from now on is as if it had not been."""
    with transaction.atomic():
        lifted = (
            type(entry)._default_manager.filter(lifted_at__isnull=True, pk=entry.pk).update(lifted_at=now)
        )
        if not lifted:
            # Taken back already, by a first click or by a colleague.
            return PlanReport()
        if isinstance(entry, SiteClosure):
            return _report(_lay_down_site(entry.site, now, ImpactCause.PLAN_CHANGED))
        return _report([lay_down(adviser=entry.adviser, now=now)])  # type: ignore[attr-defined]


def record_departure(*, adviser: Adviser, last_day: date, actor: User | None, now: datetime) -> PlanReport:
    """The adviser's last day, included. Every appointment after it gets an impact. A new date replaces the former."""
    with transaction.atomic():
        Adviser.objects.select_for_update(no_key=True, of=("self",)).get(pk=adviser.pk)
        if last_day < adviser.starts_on:
            raise PlanRefused("Le dernier jour vient après le premier.")
        Adviser.objects.filter(pk=adviser.pk).update(ends_on=last_day)
        adviser.ends_on = last_day
        Departure.objects.update_or_create(
            adviser=adviser, defaults={"last_day": last_day, "recorded_by": actor}
        )
        return _report([lay_down(adviser=adviser, now=now, cause=ImpactCause.DEPARTURE)])


def change_network(*, entry: Operator | Site | Adviser, now: datetime) -> PlanReport:
    """Keep an operator, a site or an adviser as typed; where clocks, holidays or dates change, lay their plans anew.

    Appointments that are no longer covered get an impact in the same transaction.
    """
    with transaction.atomic():
        kept = type(entry)._default_manager.filter(pk=entry.pk).first()
        entry.save()
        if kept is None or not any(
            getattr(kept, name, None) != getattr(entry, name, None) for name in LAID_DOWN_FROM
        ):
            return PlanReport()
        cause = ImpactCause.DEPARTURE if isinstance(entry, Adviser) else ImpactCause.PLAN_CHANGED
        return _report(lay_down(adviser=adviser, now=now, cause=cause) for adviser in _advisers_under(entry))


def _advisers_under(entry: Operator | Site | Adviser) -> Iterable[Adviser]:
    """In the order of their keys, as everywhere: two changes at once wait for each other, and do not lock up."""
    if isinstance(entry, Adviser):
        return [entry]
    operator = entry if isinstance(entry, Operator) else entry.operator
    return Adviser.objects.filter(operator=operator).order_by("pk")


def clock_of(adviser: Adviser) -> str:
    """The zone on which the adviser's own days are counted: that of the place where they were opened last."""
    latest = (
        Pattern.objects.filter(lifted_at__isnull=True, adviser=adviser)
        .order_by("-pk")
        .values("site__time_zone")
        .first()
    )
    if latest is None:
        latest = Window.objects.filter(adviser=adviser).order_by("-span").values("site__time_zone").first()
    return latest["site__time_zone"] if latest else PARIS


def _refuse_another_operator(opening: Opening) -> None:
    if opening.site.operator_id != opening.adviser.operator_id:
        raise PlanRefused("Un conseiller reçoit dans les lieux de son propre opérateur.")


def _record(entry: Recorded, actor: User | None) -> Recorded:
    entry.recorded_by = actor
    entry.save(force_insert=True)
    return entry


def _lay_down_site(site: Site, now: datetime, cause: ImpactCause) -> list[LayingReport]:
    """Advisers in the order of their keys: two closures at once wait for each other, and do not lock up."""
    concerned = Adviser.objects.filter(
        pk__in=Window.objects.filter(site=site, span__endswith__gt=now).values("adviser").union(
            Pattern.objects.filter(lifted_at__isnull=True, site=site).values("adviser")
        )
    ).order_by("pk")  # fmt: skip
    return [lay_down(adviser=adviser, now=now, cause=cause) for adviser in concerned]


def _report(layings: Iterable[LayingReport]) -> PlanReport:
    report = PlanReport()
    for laid in layings:
        report.add(laid)
    return report
