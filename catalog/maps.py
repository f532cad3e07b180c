"""A small map drawn from the gazetteer: the towns around as dots, the places of a training as numbers.

Nothing is asked of a server of maps: the drawing is in the page, without style nor script, and the table beside says
the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt

from catalog.enums import CommuneKind
from catalog.models import Commune, Place
from catalog.selectors.places import KM_PER_DEGREE

WIDTH, HEIGHT = 480, 360
MARGIN_KM = 30
MOST_TOWNS, MOST_NAMES = 220, 6
SMALLEST_TOWN = 1_500
# A name takes about this room, in units of the drawing.
NAME_WIDTH, NAME_HEIGHT = 150, 28


@dataclass(frozen=True)
class Frame:
    """What the drawing shows: its centre in degrees, and how many units a kilometre takes."""

    latitude: float
    longitude: float
    units_per_km: float

    def put(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Units from the left and the top: degrees of longitude are as short as on the middle parallel."""
        east = (longitude - self.longitude) * KM_PER_DEGREE * cos(radians(self.latitude))
        north = (latitude - self.latitude) * KM_PER_DEGREE
        return WIDTH / 2 + east * self.units_per_km, HEIGHT / 2 - north * self.units_per_km

    @property
    def bounds(self) -> dict[str, tuple[float, float]]:
        north = HEIGHT / 2 / self.units_per_km / KM_PER_DEGREE
        east = WIDTH / 2 / self.units_per_km / KM_PER_DEGREE / cos(radians(self.latitude))
        return {
            "latitude__range": (self.latitude - north, self.latitude + north),
            "longitude__range": (self.longitude - east, self.longitude + east),
        }


@dataclass(frozen=True)
class Mark:
    """A dot or a number of the drawing. Figures are written with a point, whatever the language of the page."""

    x: str
    y: str
    radius: str = ""
    label: str = ""


@dataclass(frozen=True)
class Map:
    towns: Sequence[Mark]
    names: Sequence[Mark]
    places: Sequence[Mark]
    width: int = WIDTH
    height: int = HEIGHT


def map_of(places: Sequence[Place]) -> Map | None:
    """The places numbered in their order, those without a position left out; None when none has one. One query."""
    points = {
        rank: (place.latitude, place.longitude)
        for rank, place in enumerate(places, start=1)
        if place.latitude is not None and place.longitude is not None
    }
    if not points:
        return None
    frame = frame_of(list(points.values()))
    towns = list(
        Commune.objects.filter(
            kind=CommuneKind.COMMUNE, closed_on=None, population__gte=SMALLEST_TOWN, **frame.bounds
        ).order_by("-population", "code")[:MOST_TOWNS]
    )
    return Map(
        [mark(frame, town.latitude, town.longitude, radius=_radius(town.population)) for town in towns],
        _names(frame, towns),
        [mark(frame, *point, label=str(rank)) for rank, point in points.items()],
    )


def frame_of(points: Sequence[tuple[float, float]]) -> Frame:
    """Around all the points, with MARGIN_KM on every side."""
    south, north = min(p[0] for p in points), max(p[0] for p in points)
    west, east = min(p[1] for p in points), max(p[1] for p in points)
    middle = (south + north) / 2
    high = (north - south) * KM_PER_DEGREE + 2 * MARGIN_KM
    wide = (east - west) * KM_PER_DEGREE * cos(radians(middle)) + 2 * MARGIN_KM
    return Frame(middle, (west + east) / 2, min(WIDTH / wide, HEIGHT / high))


def mark(frame: Frame, latitude: float, longitude: float, *, radius: float = 0, label: str = "") -> Mark:
    x, y = frame.put(latitude, longitude)
    return Mark(f"{x:.1f}", f"{y:.1f}", f"{radius:.1f}", label)


def _radius(population: int) -> float:
    return min(1.2 + sqrt(population) / 150, 7)


def _names(frame: Frame, towns: Sequence[Commune]) -> list[Mark]:
    """The largest towns whose names do not run over each other nor over the edge."""
    kept: list[tuple[float, float, str]] = []
    for town in towns:
        x, y = frame.put(town.latitude, town.longitude)
        is_free = all(abs(x - a) > NAME_WIDTH or abs(y - b) > NAME_HEIGHT for a, b, _ in kept)
        if is_free and 0 < x < WIDTH - NAME_WIDTH and NAME_HEIGHT < y < HEIGHT:
            kept.append((x, y, town.name))
        if len(kept) == MOST_NAMES:
            break
    return [Mark(f"{x + 8:.1f}", f"{y - 6:.1f}", label=name) for x, y, name in kept]
