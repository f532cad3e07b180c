"""Free meetings: windows minus bookings, computed by one query; nothing is materialised but the windows."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from accounts.models import Holder
from cep.enums import STATUSES_HOLDING_ADVISER, MeetingKind
from cep.models import Adviser, Site
from cep.models.window import LONGEST_WINDOW
from cep.rules.meetings import ALIGNMENT, LENGTHS, Slot, bookable_period

# Where one looks first for what is free soonest: reading the whole bookable period costs ten times more.
SOON: Final = timedelta(days=14)
# Where one looks first around a slot that was lost, before looking over the whole bookable period.
NEIGHBOURHOOD: Final = timedelta(days=10)

_HOLDING = ", ".join(f"'{status.value}'" for status in STATUSES_HOLDING_ADVISER)

# Windows of an adviser at a site are merged, bookings taken away, what is left cut into meetings whose first
# one begins on the grid of the local clock. Two advisers free at the same instant and place make one slot; which
# of them takes it varies from instant to instant, so that the same one is not always offered first.
_FREE_SLOTS: Final = f"""
    WITH opening AS (
        SELECT w.adviser_id, w.site_id, w.place, s.time_zone, range_agg(w.span) AS spans
        FROM cep_window w
        JOIN cep_site s ON s.id = w.site_id
        JOIN cep_adviser a ON a.id = w.adviser_id
        WHERE w.site_id = ANY(%(sites)s) AND w.mode = %(mode)s
          AND lower(w.span) >= %(since)s::timestamptz - %(longest)s::interval AND lower(w.span) < %(until)s
          AND upper(w.span) > %(since)s
          AND a.starts_on <= (lower(w.span) AT TIME ZONE s.time_zone)::date
          AND (a.ends_on IS NULL OR a.ends_on >= (lower(w.span) AT TIME ZONE s.time_zone)::date)
        GROUP BY w.adviser_id, w.site_id, w.place, s.time_zone
    ), free AS (
        SELECT o.adviser_id, o.site_id, o.time_zone, unnest(o.spans - coalesce(taken.spans, '{{}}')) AS span
        FROM opening o
        LEFT JOIN LATERAL (
            SELECT range_agg(b.span) AS spans
            FROM cep_booking b
            WHERE b.adviser_id = o.adviser_id AND b.span && o.spans AND b.status IN ({_HOLDING})
              AND (b.expires_at IS NULL OR b.expires_at > %(now)s)
        ) taken ON true
    ), aligned AS (
        SELECT f.*, date_bin(%(step)s, lower(f.span) AT TIME ZONE f.time_zone, timestamp '2000-01-01')
               - (lower(f.span) AT TIME ZONE f.time_zone) AS past_the_grid
        FROM free f
    )
    SELECT DISTINCT ON (start, site_id) start, site_id, adviser_id
    FROM aligned a
    CROSS JOIN LATERAL generate_series(
        lower(a.span) + CASE WHEN past_the_grid < interval '0' THEN %(step)s + past_the_grid ELSE interval '0' END,
        upper(a.span) - %(meeting)s::interval,
        %(meeting)s::interval
    ) start
    WHERE start >= %(since)s AND start < %(until)s
    ORDER BY start, site_id, hashint8extended(adviser_id, extract(epoch FROM start)::bigint)
"""  # noqa: S608 only words of ours are put in

_FIRST_OF_EACH_SITE: Final = f"""
    SELECT DISTINCT ON (site_id) start, site_id, adviser_id FROM ({_FREE_SLOTS}) every ORDER BY site_id, start
"""  # noqa: S608 only words of ours are put in


def free_slots(
    *,
    sites: Collection[Site],
    mode: str,
    since: datetime,
    until: datetime,
    kind: MeetingKind = MeetingKind.FIRST,
    now: datetime | None = None,
) -> list[Slot]:
    """Meetings that could begin in [since, until), by instant then site. One query. Aware datetimes in UTC.

    `now` (the present): the instant at which holds are over or not.
    """
    if not sites:
        return []
    return _run(_FREE_SLOTS, sites, mode, kind, since, until, now or timezone.now())


def _run(
    query: str,
    sites: Collection[Site],
    mode: str,
    kind: MeetingKind,
    since: datetime,
    until: datetime,
    now: datetime,
) -> list[Slot]:
    parameters: dict[str, Any] = {
        "now": now,
        "sites": [site.pk for site in sites],
        "mode": mode,
        "since": since,
        "until": until,
        "longest": LONGEST_WINDOW,
        "step": ALIGNMENT,
        "meeting": LENGTHS[kind],
    }
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [
            Slot(site, adviser, mode, start.astimezone(UTC), kind)
            for start, site, adviser in cursor.fetchall()
        ]


def bookable_slots(
    *,
    sites: Collection[Site],
    mode: str,
    since: datetime,
    until: datetime,
    now: datetime,
    kind: MeetingKind = MeetingKind.FIRST,
) -> list[Slot]:
    """Free meetings of a period, without those that are too soon or too far to be booked. One query."""
    first, last = bookable_period(now)
    return free_slots(
        sites=sites, mode=mode, since=max(since, first), until=min(until, last), kind=kind, now=now
    )


def first_bookable_slot(*, sites: Collection[Site], mode: str, now: datetime) -> Slot | None:
    """The soonest bookable meeting of all the sites. One query; two where the coming fortnight is full."""
    return min(
        first_slot_of_each_site(sites=sites, mode=mode, now=now).values(),
        key=lambda slot: slot.start,
        default=None,
    )


def first_slot_of_each_site(
    *, sites: Collection[Site], mode: str, now: datetime, kind: MeetingKind = MeetingKind.FIRST
) -> dict[int, Slot]:
    """The soonest bookable meeting of each site that has one, by the key of the site.

    One query; a second one looks further for the sites whose coming fortnight is full.
    """
    first, last = bookable_period(now)
    found = _first_of_each(sites, mode, kind, first, first + SOON, now)
    full = [site for site in sites if site.pk not in found]
    return found | _first_of_each(full, mode, kind, first + SOON, last, now)


def _first_of_each(
    sites: Collection[Site], mode: str, kind: MeetingKind, since: datetime, until: datetime, now: datetime
) -> dict[int, Slot]:
    if not sites:
        return {}
    found = _run(_FIRST_OF_EACH_SITE, sites, mode, kind, since, until, now)
    return {slot.site_id: slot for slot in found}


def nearest_slots(
    *,
    site: Site,
    mode: str,
    start: datetime,
    now: datetime,
    limit: int = 3,
    kind: MeetingKind = MeetingKind.FIRST,
) -> list[Slot]:
    """The free meetings of the site closest in time to `start`, earlier or later. One or two queries."""
    around = bookable_slots(
        sites=[site], mode=mode, since=start - NEIGHBOURHOOD, until=start + NEIGHBOURHOOD, now=now, kind=kind
    )
    if len(around) < limit:
        first, last = bookable_period(now)
        around = free_slots(sites=[site], mode=mode, since=first, until=last, kind=kind, now=now)
    return sorted(around, key=lambda slot: (abs(slot.start - start), slot.start))[:limit]


# Referent first: who has met the person last knows them. Then the one whose day is the least full; equals are told
# apart by the person, so that no adviser is always the first.
_FREE_ADVISERS: Final = f"""
    SELECT a.id
    FROM cep_adviser a
    JOIN cep_site s ON s.id = %(site)s
    WHERE a.starts_on <= (%(start)s AT TIME ZONE s.time_zone)::date
      AND (a.ends_on IS NULL OR a.ends_on >= (%(start)s AT TIME ZONE s.time_zone)::date)
      AND coalesce((
          SELECT range_agg(w.span) @> tstzrange(%(start)s, %(end)s) FROM cep_window w
          WHERE w.adviser_id = a.id AND w.site_id = s.id AND w.mode = %(mode)s
            AND w.span && tstzrange(%(start)s, %(end)s)), false)
      AND NOT EXISTS (
          SELECT 1 FROM cep_booking b
          WHERE b.adviser_id = a.id AND b.span && tstzrange(%(start)s, %(end)s) AND b.status IN ({_HOLDING})
            AND (b.expires_at IS NULL OR b.expires_at > %(now)s) AND b.holder_id <> %(holder)s)
    ORDER BY
      EXISTS (SELECT 1 FROM cep_booking m
              WHERE m.adviser_id = a.id AND m.holder_id = %(holder)s AND m.status = 'done') DESC,
      (SELECT count(*) FROM cep_booking b
       WHERE b.adviser_id = a.id AND b.local_date = (%(start)s AT TIME ZONE s.time_zone)::date
         AND b.status IN ({_HOLDING})),
      hashtextextended(%(holder)s::text, a.id)
    LIMIT %(limit)s
"""  # noqa: S608 only words of ours are put in
MOST_ADVISERS: Final = 50


def free_advisers(
    *, site: Site, mode: str, start: datetime, kind: MeetingKind, holder: Holder, now: datetime
) -> list[Adviser]:
    """Who could receive the person there and then: their referent first, then the least busy that day. Two queries."""
    values: dict[str, Any] = {
        "site": site.pk, "mode": mode, "start": start, "end": start + LENGTHS[kind], "holder": holder.pk,
        "now": now, "limit": MOST_ADVISERS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FREE_ADVISERS, values)
        keys = [key for (key,) in cursor.fetchall()]
    found = Adviser.objects.select_related("user").in_bulk(keys)
    return [found[key] for key in keys]
