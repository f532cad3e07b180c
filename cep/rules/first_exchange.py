"""Within how many working days somebody who asks must have spoken with an adviser, and when to worry.

Thirty working days between the first request and the first exchange with an adviser (evaluation of the framework
contracts, France compétences, 2022): the clock starts at the request; neither a booking nor the triage stops it. Days
are those of the place where the person asked: Monday to Friday less its public holidays, the day of the request not
counted.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from cpa_portal.kernel.working_days import Zone, add_working_days, working_days_between

DELAY_DAYS: Final = 30
# The portal's own: half-way, then each week. Nothing is left to do on the last day.
ALERT_DAYS: Final = (15, 20, 25)


@dataclass(frozen=True)
class Clock:
    received_on: date
    zone: Zone
    worked_holidays: frozenset[str] = frozenset()

    def after(self, days: int) -> date:
        """The day that ends so many working days."""
        return add_working_days(self.received_on, days, self.zone, worked_holidays=self.worked_holidays)

    @property
    def due_on(self) -> date:
        """The last day in time."""
        return self.after(DELAY_DAYS)

    @property
    def alert_dates(self) -> list[date]:
        return [self.after(days) for days in ALERT_DAYS]

    def elapsed(self, day: date) -> int:
        """Working days gone by on that day, itself included when it is one."""
        return working_days_between(self.received_on, day, self.zone, worked_holidays=self.worked_holidays)
