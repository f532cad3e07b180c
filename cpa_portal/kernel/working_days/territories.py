"""From the code of a département or of a commune to its zone of public holidays and to its time zone.

Codes are those of the official geographic code (INSEE), not postal codes.
"""

import re

from django.db import models


class Zone(models.TextChoices):
    """Territories that differ by their public holidays, among those that the Code du travail covers."""

    METROPOLE = "metropole", "Métropole"
    ALSACE_MOSELLE = "alsace_moselle", "Alsace et Moselle"
    GUADELOUPE = "guadeloupe", "Guadeloupe"
    MARTINIQUE = "martinique", "Martinique"
    GUYANE = "guyane", "Guyane"
    REUNION = "reunion", "La Réunion"
    MAYOTTE = "mayotte", "Mayotte"
    SAINT_PIERRE_ET_MIQUELON = "saint_pierre_et_miquelon", "Saint-Pierre-et-Miquelon"
    SAINT_BARTHELEMY = "saint_barthelemy", "Saint-Barthélemy"
    SAINT_MARTIN = "saint_martin", "Saint-Martin"


class UnknownTerritory(ValueError):
    """No zone is known for the code: it is no code, or a territory with a labour law of its own."""


METROPOLITAN_TIME_ZONE = "Europe/Paris"

_OVERSEAS_ZONES = {
    "971": Zone.GUADELOUPE,
    "972": Zone.MARTINIQUE,
    "973": Zone.GUYANE,
    "974": Zone.REUNION,
    "975": Zone.SAINT_PIERRE_ET_MIQUELON,
    "976": Zone.MAYOTTE,
    "977": Zone.SAINT_BARTHELEMY,
    "978": Zone.SAINT_MARTIN,
}
# The Pacific has its own labour codes, hence no zone of holidays here, but people live and travel there.
_OVERSEAS_TIME_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
_ALSACE_MOSELLE = frozenset({"57", "67", "68"})
_METROPOLITAN = frozenset({f"{number:02d}" for number in range(1, 96)} - {"20"} | {"2A", "2B"})
# Codes of these two islands while they were communes of the Guadeloupe (until July 2007).
_FORMER_COMMUNES = {"97123": "977", "97127": "978"}
_COMMUNE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")


def zone_of_department(code: str) -> Zone:
    """The holiday zone of `67`, `2A`, `971` … Raises UnknownTerritory, for the Pacific too."""
    if code in _OVERSEAS_ZONES:
        return _OVERSEAS_ZONES[code]
    if code not in _METROPOLITAN:
        raise UnknownTerritory(f"no zone of public holidays for the département {code!r}")
    return Zone.ALSACE_MOSELLE if code in _ALSACE_MOSELLE else Zone.METROPOLE


def zone_of_commune(code: str) -> Zone:
    """The holiday zone of a commune (`57463`, `2A004`, `97105`). Raises UnknownTerritory."""
    return zone_of_department(_department_of(code))


def time_zone_of_department(code: str) -> str:
    """The IANA name of the zone in which the territory lives. Raises UnknownTerritory.

    French Polynesia is given the time of Tahiti; the Marquesas and Gambier islands are ahead of it.
    """
    if code in _OVERSEAS_TIME_ZONES:
        return _OVERSEAS_TIME_ZONES[code]
    if code not in _METROPOLITAN:
        raise UnknownTerritory(f"no time zone for the département {code!r}")
    return METROPOLITAN_TIME_ZONE


def time_zone_of_commune(code: str) -> str:
    """The same for a commune. Raises UnknownTerritory."""
    return time_zone_of_department(_department_of(code))


def _department_of(commune_code: str) -> str:
    if not _COMMUNE.fullmatch(commune_code):
        raise UnknownTerritory(f"{commune_code!r} is not the code of a commune")
    if commune_code in _FORMER_COMMUNES:
        return _FORMER_COMMUNES[commune_code]
    return commune_code[:3] if commune_code.startswith(("97", "98")) else commune_code[:2]
