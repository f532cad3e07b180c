"""What a rule of opening means in days, before it is recorded."""

from datetime import date, timedelta
from itertools import islice

from cep.models import Site
from cep.rules.recurrence import Recurrence
from cpa_portal.kernel.working_days import Zone, is_public_holiday

LOOKED_AT = timedelta(days=400)


def next_days_of(rule: Recurrence, *, site: Site, today: date, count: int = 5) -> list[date]:
    """The next days on which the rule opens the site, public holidays left out; fewer when it ends. One query."""
    worked = site.operator.worked_holidays
    zone = Zone(site.holiday_zone)
    first = max(today, rule.starts_on)
    days = rule.days(first, first + LOOKED_AT)
    return list(
        islice((day for day in days if not is_public_holiday(day, zone, worked_holidays=worked)), count)
    )
