"""Our table against two libraries. Each disagreement is named here with its reason; any other one fails."""

from datetime import date

import holidays
import pytest
from jours_feries_france import JoursFeries

from cpa_portal.kernel.working_days import Zone, public_holidays

YEARS = range(1984, 2041)

# Codes of the library `holidays`; it has none for the Haut-Rhin or Bas-Rhin apart from the Alsace.
HOLIDAYS_CODES = {
    Zone.METROPOLE: None,
    Zone.ALSACE_MOSELLE: "57",
    Zone.GUADELOUPE: "971",
    Zone.MARTINIQUE: "972",
    Zone.GUYANE: "973",
    Zone.REUNION: "974",
    Zone.MAYOTTE: "976",
    Zone.SAINT_PIERRE_ET_MIQUELON: "PM",
    Zone.SAINT_BARTHELEMY: "BL",
    Zone.SAINT_MARTIN: "MF",
}
JOURS_FERIES_NAMES = {
    Zone.METROPOLE: "Métropole",
    Zone.ALSACE_MOSELLE: "Alsace-Moselle",
    Zone.GUADELOUPE: "Guadeloupe",
    Zone.MARTINIQUE: "Martinique",
    Zone.GUYANE: "Guyane",
    Zone.REUNION: "La Réunion",
    Zone.MAYOTTE: "Mayotte",
    Zone.SAINT_PIERRE_ET_MIQUELON: "Saint-Pierre-et-Miquelon",
    Zone.SAINT_BARTHELEMY: "Saint-Barthélémy",
    Zone.SAINT_MARTIN: "Saint-Martin",
}


def ours(zone, year):
    return {holiday.on for holiday in public_holidays(zone, year)}


def day_of(key, year):
    """Day of a holiday that is the same in every zone, or that only the Alsace-Moselle has."""
    return next(holiday.on for holiday in public_holidays(Zone.ALSACE_MOSELLE, year) if holiday.key == key)


def only_in_holidays(zone, year):
    """Days that `holidays` counts and we do not."""
    extra = set()
    if zone is Zone.GUADELOUPE:
        # Custom in the Antilles, in no law.
        extra |= {day_of("good_friday", year), mid_lent(year)}
    if zone in (Zone.GUADELOUPE, Zone.MARTINIQUE) or (zone is Zone.SAINT_MARTIN and year >= 2012):
        # Victor Schœlcher: local administrations close, the Code du travail does not name it.
        extra |= {date(year, 7, 21)}
    if zone is Zone.SAINT_MARTIN and 2012 <= year <= 2017:
        # The library applies 28 May from 2012; the decree of 2012 said 27 May, which held until 2017.
        extra |= {date(year, 5, 28)}
    return extra - ours(zone, year)


def only_ours_against_holidays(zone, year):
    """Days that we count and `holidays` does not."""
    missing = set()
    if 2005 <= year <= 2007:
        # Worked as the day of solidarity, and still a holiday in the Code's list.
        missing |= {day_of("whit_monday", year)}
    if zone is Zone.SAINT_MARTIN and year <= 2017:
        # A commune of the Guadeloupe, then named by the decree of 2012.
        missing |= day_of_guadeloupe(year)
    if zone is Zone.SAINT_BARTHELEMY and year <= 2007:
        missing |= day_of_guadeloupe(year)
    return missing


def only_in_jours_feries(zone, year):
    """Days that `jours-feries-france` counts and we do not: its dates have no lower bound."""
    return {date(year, 10, 9)} if zone is Zone.SAINT_BARTHELEMY and year < 2012 else set()


def only_ours_against_jours_feries(zone, year):
    return day_of_guadeloupe(year) if zone is Zone.SAINT_BARTHELEMY and year <= 2007 else set()


def day_of_guadeloupe(year):
    # In 1985 and 1996 it was Whit Monday, which everybody counts.
    return {date(year, 5, 27)} - {day_of("whit_monday", year)}


def mid_lent(year):
    # Thursday of the third week of Lent: 24 days before Easter, that is 22 before Good Friday.
    return date.fromordinal(day_of("good_friday", year).toordinal() - 22)


@pytest.mark.parametrize("zone", list(Zone))
def test_our_table_and_holidays_differ_only_where_written(zone):
    for year in YEARS:
        theirs = set(holidays.France(subdiv=HOLIDAYS_CODES[zone], years=year))

        assert theirs - ours(zone, year) == only_in_holidays(zone, year)
        assert ours(zone, year) - theirs == only_ours_against_holidays(zone, year)


@pytest.mark.parametrize("zone", list(Zone))
def test_our_table_and_jours_feries_france_differ_only_where_written(zone):
    for year in YEARS:
        theirs = set(JoursFeries.for_year(year, zone=JOURS_FERIES_NAMES[zone]).values())

        assert theirs - ours(zone, year) == only_in_jours_feries(zone, year)
        assert ours(zone, year) - theirs == only_ours_against_jours_feries(zone, year)


def test_the_two_libraries_agree_with_us_on_the_coming_years_but_for_custom():
    differing = {
        zone
        for zone in Zone
        for year in range(2026, 2041)
        if only_in_holidays(zone, year) or only_in_jours_feries(zone, year)
    }

    assert differing == {Zone.GUADELOUPE, Zone.MARTINIQUE, Zone.SAINT_MARTIN}


def test_alsace_and_moselle_are_one_zone_for_the_library_too():
    for year in YEARS:
        assert set(holidays.France(subdiv="6AE", years=year)) == set(holidays.France(subdiv="57", years=year))
