"""Abnormal readings of people's data: found in the access log, a day at a time, shown to the head of security."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.enums import AlarmKind, AlarmState, StaffRole
from accounts.exceptions import Refusal
from accounts.models import AccessLogEntry, AlarmThreshold, ReadingAlarm, StaffScope, WatchedHolder
from accounts.selectors.places import region_codes_of
from accounts.services.notifications import notify
from cpa_portal.kernel.working_days import Zone, is_working_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from accounts.models import User

ALARM_RAISED = "accounts.alarm_raised"
# Offices close; overseas they keep other hours, and their readings are judged on the clock of the mainland with a
# margin of the threshold's own.
DAY_BEGINS, DAY_ENDS = time(7), time(20)
MAINLAND = Zone.METROPOLE
PARIS = ZoneInfo("Europe/Paris")
Readings = dict[int, list[AccessLogEntry]]


class FindingMissing(Refusal):
    code = "finding_missing"
    message = "Écrivez ce que vous avez constaté : sans cela, l’alarme reste à traiter."


@transaction.atomic
def raise_alarms(*, day: date) -> int:
    """Compare the day's readings with that day's thresholds. Returns how many alarms are new. Safe to run twice."""
    thresholds = dict(AlarmThreshold.objects.on(day).order_by("starts_on").values_list("kind", "value"))
    readings = _readings_by_agent(day)
    wanted = [
        ReadingAlarm(kind=kind, actor_id=actor, day=day, readings=count, threshold=thresholds[kind])
        for kind, counted in COUNTERS.items()
        if kind in thresholds
        for actor, count in counted(readings).items()
        if count >= thresholds[kind]
    ]
    before = set(ReadingAlarm.objects.filter(day=day).values_list("kind", "actor_id"))
    new = [alarm for alarm in wanted if (alarm.kind, alarm.actor_id) not in before]
    ReadingAlarm.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        _tell_the_watch(day, len(new))
    return len(new)


def handle_alarm(*, actor: User, alarm: ReadingAlarm, finding: str, now: datetime) -> None:
    """Close the alarm with what was found. Raises FindingMissing without it; a second closing changes nothing."""
    if not finding.strip():
        raise FindingMissing
    ReadingAlarm.objects.filter(pk=alarm.pk, state=AlarmState.NEW).update(
        state=AlarmState.HANDLED, handled_by=actor, handled_at=now, finding=finding.strip()[:500]
    )


def _readings_by_agent(day: date) -> Readings:
    start = datetime.combine(day, time.min, PARIS)
    entries = AccessLogEntry.objects.filter(
        at__gte=start, at__lt=start + timedelta(days=1), actor__isnull=False
    ).select_related("holder", "actor")
    found: Readings = defaultdict(list)
    for entry in entries:
        found[actor_of(entry)].append(entry)
    return found


def actor_of(entry: AccessLogEntry) -> int:
    """Partners read through another door: the query above kept agents alone."""
    assert entry.actor_id is not None
    return entry.actor_id


def _count(readings: Readings, is_counted: Callable[[AccessLogEntry], bool]) -> dict[int, int]:
    """People, not lines: turning the pages of one file is one reading."""
    return {
        actor: len({entry.holder_id for entry in entries if is_counted(entry)})
        for actor, entries in readings.items()
    }


def _volume(readings: Readings) -> dict[int, int]:
    return _count(readings, lambda entry: True)


def _hours(readings: Readings) -> dict[int, int]:
    def is_outside_hours(entry: AccessLogEntry) -> bool:
        local = entry.at.astimezone(PARIS)
        return not (DAY_BEGINS <= local.time() < DAY_ENDS and is_working_day(local.date(), MAINLAND))

    return _count(readings, is_outside_hours)


def _outside_scope(readings: Readings) -> dict[int, int]:
    """Readings without any role, and those of a regional agent about somebody who neither lives nor works there."""
    regions = _regions_of_agents(readings)
    homes = region_codes_of(entry.holder for entries in readings.values() for entry in entries)

    def is_outside(entry: AccessLogEntry) -> bool:
        if not entry.actor_roles:
            return True
        if entry.actor_roles != [StaffRole.REGIONAL_AGENT]:
            return False
        known = homes.get(entry.holder_id, set())
        return bool(known) and not known & regions.get(actor_of(entry), set())

    return _count(readings, is_outside)


def _regions_of_agents(actors: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    scopes = StaffScope.objects.filter(user__in=list(actors), role=StaffRole.REGIONAL_AGENT)
    for user, code in scopes.values_list("user", "scope_code"):
        found[user].add(code)
    return found


def _colleague(readings: Readings) -> dict[int, int]:
    """Oneself, or somebody who acts under the same role for the same body."""
    bodies: dict[int, set[tuple[str, str]]] = defaultdict(set)
    people = {entry.holder.user_id for entries in readings.values() for entry in entries} | set(readings)
    for user, role, code in StaffScope.objects.filter(user__in=people - {None}).values_list(
        "user", "role", "scope_code"
    ):
        bodies[user].add((role, code))

    def is_colleague(entry: AccessLogEntry) -> bool:
        theirs = entry.holder.user_id
        if theirs is None:
            return False
        return theirs == entry.actor_id or bool(bodies[theirs] & bodies[actor_of(entry)])

    return _count(readings, is_colleague)


def _public_figure(readings: Readings) -> dict[int, int]:
    watched = set(WatchedHolder.objects.values_list("holder_id", flat=True))
    return _count(readings, lambda entry: entry.holder_id in watched)


COUNTERS: dict[str, Callable[[Readings], dict[int, int]]] = {
    AlarmKind.VOLUME: _volume,
    AlarmKind.HOURS: _hours,
    AlarmKind.OUTSIDE_SCOPE: _outside_scope,
    AlarmKind.COLLEAGUE: _colleague,
    AlarmKind.PUBLIC_FIGURE: _public_figure,
}


def _tell_the_watch(day: date, count: int) -> None:
    today = timezone.localdate()
    watch = StaffScope.objects.on(today).filter(role=StaffRole.RSSI, user__is_active=True)
    for scope in watch.select_related("user"):
        notify(
            kind=ALARM_RAISED,
            recipient=scope.user.email,
            dedup_key=f"{ALARM_RAISED}:{day}:{scope.user_id}:{timezone.now():%Y%m%d%H}",
            context={"day": day.isoformat(), "count": count},
        )
