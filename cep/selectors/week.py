"""A week of the agenda, day by day: when doors are open, and who comes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from accounts.models import User
from cep.models import Booking, Window
from cep.rules.wording import hour_in_words
from cep.selectors.appointments import bookings_visible_to
from cep.selectors.windows import windows_visible_to

SUNDAY = 6


@dataclass
class AgendaDay:
    """Of those whom the user may see: openings and meetings, on the clock of their place."""

    day: date
    openings: list[str] = field(default_factory=list)
    meetings: list[Booking] = field(default_factory=list)

    @property
    def is_shown(self) -> bool:
        """Saturdays and Sundays take room on a screen only when something happens."""
        return self.day.weekday() < SUNDAY - 1 or bool(self.openings or self.meetings)


def week_of(user: User, *, monday: date) -> list[AgendaDay]:
    """The seven days from that Monday, without an empty week-end. Two queries, and those of the roles.

    A manager sees the meetings of the team; its openings would bury them, and have their own page.
    """
    days = {day: AgendaDay(day) for day in (monday + timedelta(days=rank) for rank in range(7))}
    meetings = (
        bookings_visible_to(user).filter(local_date__in=days).order_by("local_date", "local_time", "pk")
    )
    for meeting in meetings:
        days[meeting.local_date].meetings.append(meeting)
    for window in _own_windows(user, monday):
        start, end = (edge.astimezone(window.site.zone) for edge in (window.span.lower, window.span.upper))
        if start.date() in days:
            said = f"{hour_in_words(start.time())} – {hour_in_words(end.time())}, {window.site.name}"
            days[start.date()].openings.append(said)
    return [day for day in days.values() if day.is_shown]


def _own_windows(user: User, monday: date) -> QuerySet[Window]:
    # A day on each side: overseas places are hours away.
    first = datetime.combine(monday - timedelta(days=1), time.min, tzinfo=UTC)
    around = DateTimeTZRange(first, first + timedelta(days=9))
    own = windows_visible_to(user).filter(adviser__user=user, span__overlap=around)
    return own.order_by("span", "pk")
