"""Working days and public holidays of each territory, from a table with its legal sources."""

from cpa_portal.kernel.working_days.counting import add_working_days, is_working_day, working_days_between
from cpa_portal.kernel.working_days.holidays import (
    FIRST_YEAR,
    PublicHoliday,
    is_public_holiday,
    public_holidays,
)
from cpa_portal.kernel.working_days.territories import (
    UnknownTerritory,
    Zone,
    time_zone_of_commune,
    time_zone_of_department,
    zone_of_commune,
    zone_of_department,
)

__all__ = [
    "FIRST_YEAR",
    "PublicHoliday",
    "UnknownTerritory",
    "Zone",
    "add_working_days",
    "is_public_holiday",
    "is_working_day",
    "public_holidays",
    "time_zone_of_commune",
    "time_zone_of_department",
    "working_days_between",
    "zone_of_commune",
    "zone_of_department",
]
