"""Clocks of places: a local hour is the intention, the instant follows from the zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

PARIS = "Europe/Paris"
A_MINUTE = timedelta(minutes=1)

# Said after an hour, because a person may live under another clock than the place that receives them.
ZONE_NOTES = {
    "America/Cayenne": "heure de Guyane",
    "America/Guadeloupe": "heure de Guadeloupe",
    "America/Martinique": "heure de Martinique",
    "America/Marigot": "heure de Saint-Martin",
    "America/Miquelon": "heure de Saint-Pierre-et-Miquelon",
    "America/St_Barthelemy": "heure de Saint-Barthélemy",
    "Indian/Mayotte": "heure de Mayotte",
    "Indian/Reunion": "heure de La Réunion",
    "Pacific/Noumea": "heure de Nouméa",
    "Pacific/Tahiti": "heure de Tahiti",
    "Pacific/Wallis": "heure de Wallis-et-Futuna",
}


@cache
def known_zones() -> frozenset[str]:
    """The names of the IANA database that bear a place: « Europe/Paris », not « CET » nor a bare offset."""
    return frozenset(name for name in available_timezones() if "/" in name)


def zone_note(time_zone: str) -> str:
    """« heure de La Réunion » and the like; empty where the hour is that of Paris."""
    if time_zone == PARIS:
        return ""
    return ZONE_NOTES.get(time_zone, f"heure de {time_zone.rsplit('/', 1)[-1].replace('_', ' ')}")


def instant_of(day: date, local: time, zone: ZoneInfo) -> datetime | None:
    """The UTC instant of a local hour, or None when the clocks jump over it that day.

    An hour that occurs twice (clocks going back) is taken the first time.
    """
    wanted = datetime.combine(day, local)
    instant = wanted.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != wanted:
        return None
    return instant


def instant_or_jump(day: date, local: time, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """The UTC instant of a local hour; the jump itself where the clocks jump over that hour.

    `last`: of an hour that occurs twice, the second time.
    """
    wanted = datetime.combine(day, local, tzinfo=zone).replace(fold=int(last))
    instant = wanted.astimezone(UTC)
    if instant_of(day, local, zone) is not None:
        return instant
    # In a gap, the two readings of the hour stand on either side of the jump.
    before, after = (wanted.replace(fold=fold).astimezone(UTC) for fold in (1, 0))
    offset = after.astimezone(zone).utcoffset()
    while before.astimezone(zone).utcoffset() != offset:
        before += A_MINUTE
    return before


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day. Some zones have jumped over midnight: the shifted instant is kept."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
