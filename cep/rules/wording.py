"""How a day and an hour are said, in French, on the clock of a place."""

from datetime import date, datetime, time

NO_BREAK_SPACE = "\u00a0"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def day_in_words(day: date) -> str:
    """« lundi 23 novembre 2026 », « mardi 1er décembre 2026 »."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{DAYS[day.weekday()]} {number} {MONTHS[day.month - 1]} {day.year}"


def days_in_words(first: date, last: date) -> str:
    """« du 23 au 29 novembre 2026 », « du 30 novembre au 6 décembre 2026 »."""
    start = "1er" if first.day == 1 else str(first.day)
    if (first.year, first.month) != (last.year, last.month):
        start += f" {MONTHS[first.month - 1]}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"du {start} au {day_in_words(last).partition(' ')[2]}"


def hour_in_words(hour: time) -> str:
    """« 9 h », « 14 h 30 »."""
    minutes = f"{NO_BREAK_SPACE}{hour:%M}" if hour.minute else ""
    return f"{hour.hour}{NO_BREAK_SPACE}h{minutes}"


def meeting_in_words(local_start: datetime, zone_note: str) -> str:
    """« lundi 23 novembre 2026 à 9 h (heure de La Réunion) ». The datetime is that of the place's clock."""
    words = f"{day_in_words(local_start.date())} à {hour_in_words(local_start.time())}"
    return f"{words} ({zone_note})" if zone_note else words
