"""Where a person may want to be received: near work, near home, or in a commune they name."""

from dataclasses import dataclass

from accounts.models import Holder
from catalog.models import Commune
from catalog.selectors.places import Area, search_area

WORK, HOME = "travail", "domicile"


@dataclass(frozen=True)
class Point:
    """A place on the map (degrees, WGS 84) under the name that the page gives it."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class PersonalPlace:
    """A place of the person: `code` stands in addresses, `label` is read on the page."""

    code: str
    label: str
    point: Point


@dataclass(frozen=True)
class NamedPlace:
    """What a name means: a point, or the other readings among which to choose, as (label, what to type)."""

    point: Point | None
    others: tuple[tuple[str, str], ...] = ()


def places_of(holder: Holder) -> list[PersonalPlace]:
    """Near work first: people come on their way (framework evaluation, 2022). One query."""
    wanted = [
        (WORK, "Près de mon travail", holder.work_commune_code),
        (HOME, "Près de chez moi", holder.home_commune_code),
    ]
    communes = Commune.objects.in_bulk([commune for _, _, commune in wanted if commune])
    return [
        PersonalPlace(code, f"{label} ({communes[commune].name})", _point(communes[commune]))
        for code, label, commune in wanted
        if commune in communes
    ]


def _point(commune: Commune) -> Point:
    return Point(commune.name, commune.latitude, commune.longitude)


def place_named(text: str) -> NamedPlace:
    """The commune that a person means by a name or a postal code. A région or a whole département is no point."""
    answer = search_area(text)
    area = answer.area
    if (
        area is not None
        and area.kind is Area.AROUND
        and area.latitude is not None
        and area.longitude is not None
    ):
        return NamedPlace(Point(area.label, area.latitude, area.longitude))
    others = ((other.label, other.query) for other in answer.others if other.kind is Area.AROUND)
    return NamedPlace(None, tuple(others))
