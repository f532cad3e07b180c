"""Places people name: communes, postal codes, départements, regions, the whole country."""

from dataclasses import dataclass
from enum import Enum
from math import cos, radians

from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import ACos, Cos, Least, Radians, Sin

from catalog.enums import CommuneKind
from catalog.gazetteer import EARTH_RADIUS_KM, Gazetteer, KnownCommune, town_name
from catalog.models import Commune, Department, Region
from catalog.words import fold

KM_PER_DEGREE = 111.2
WHOLE_COUNTRY = frozenset({"france", "france entiere", "toute la france", "partout", "partout en france"})
# One namesake this many times larger than the next is the one that people mean.
DOMINANT = 8
# A commune smaller than this does not hide the region or the département that bears its name.
SMALLEST_RIVAL = 20_000
MAX_CHOICES = 20


class Area(Enum):
    COUNTRY = "country"
    REGION = "region"
    DEPARTMENT = "department"
    AROUND = "around"


@dataclass(frozen=True, slots=True)
class SearchArea:
    """Where to look. `query` is what `?lieu=` must say to mean this and nothing else."""

    kind: Area
    label: str
    query: str
    code: str = ""
    latitude: float | None = None
    longitude: float | None = None


FRANCE = SearchArea(Area.COUNTRY, "toute la France", "france")


@dataclass(frozen=True, slots=True)
class PlaceAnswer:
    """`area` is None when nothing bears that name or when one must choose; `others` are the other readings."""

    area: SearchArea | None
    others: tuple[SearchArea, ...] = ()


def load_gazetteer() -> Gazetteer:
    """Every commune in force, in memory (about 35,000)."""
    rows = Commune.objects.filter(closed_on=None).values_list(
        "code", "search_name", "parent_id", "department_id", "postal_codes", "latitude", "longitude"
    )
    return Gazetteer(
        KnownCommune(code, name, parent, department, tuple(postal_codes), latitude, longitude)
        for code, name, parent, department, postal_codes, latitude, longitude in rows.iterator()
    )


def commune_by_code(code: str) -> Commune | None:
    return Commune.objects.select_related("department__region").filter(pk=code).first()


def communes_meant(text: str) -> list[Commune]:
    """The communes that a person may mean by a name, an INSEE or a postal code; one when there is no doubt."""
    answer = search_area(text)
    areas = [answer.area] if answer.area is not None else list(answer.others)
    codes = [area.code for area in areas if area.kind is Area.AROUND]
    found = Commune.objects.select_related("department__region").in_bulk(codes)
    return [found[code] for code in codes if code in found]


def distance_to(latitude: float, longitude: float) -> Least:
    """SQL for the great-circle distance in km between a row's `latitude`, `longitude` and a point in degrees."""
    angle = Sin(Radians(Value(latitude))) * Sin(Radians(F("latitude"))) + Cos(Radians(Value(latitude))) * Cos(
        Radians(F("latitude"))
    ) * Cos(Radians(F("longitude")) - Radians(Value(longitude)))
    # Rounding may put the cosine of a null angle beyond 1.
    cosine = Least(angle, Value(1.0), output_field=FloatField())
    return ACos(cosine, output_field=FloatField()) * Value(EARTH_RADIUS_KM)  # type: ignore[return-value]


def nearest_communes(*, latitude: float, longitude: float, radius_km: float, limit: int) -> QuerySet[Commune]:
    """Communes around a point, the nearest first, each with `distance` in km."""
    return (
        Commune.objects.filter(closed_on=None, **bounding_box(latitude, longitude, radius_km))
        .annotate(distance=distance_to(latitude, longitude))
        .filter(distance__lte=radius_km)
        .order_by("distance", "code")[:limit]
    )


def bounding_box(latitude: float, longitude: float, radius_km: float) -> dict[str, float]:
    """Filters on `latitude` and `longitude` that an index can use; the exact distance decides afterwards."""
    span = radius_km / KM_PER_DEGREE
    wide = span / max(cos(radians(latitude)), 0.01)
    return {
        "latitude__gte": latitude - span,
        "latitude__lte": latitude + span,
        "longitude__gte": longitude - wide,
        "longitude__lte": longitude + wide,
    }


def search_area(text: str) -> PlaceAnswer:
    """What the person means by a place: a commune, an INSEE or postal code, a département, a region, France.

    The empty text is the whole country. A postal code comes before the INSEE code written alike
    (13001 is Marseille's first arrondissement before Aix-en-Provence), which is then among the others.
    """
    name = fold(text)
    if not text.strip() or name in WHOLE_COUNTRY:
        return PlaceAnswer(FRANCE)
    if not name:
        return PlaceAnswer(None)
    compact = name.replace(" ", "")
    if len(compact) == 5 and compact[0].isdigit():
        return _by_five_characters(compact.upper())
    if len(compact) in {2, 3} and compact[0].isdigit():
        department = Department.objects.filter(pk=compact.upper()).first()
        return PlaceAnswer(_department_area(department)) if department else PlaceAnswer(None)
    return _by_name(text)


def _by_five_characters(code: str) -> PlaceAnswer:
    """One query: communes that have the code, or this postal code."""
    found = list(
        Commune.objects.filter(closed_on=None, postal_codes__contains=[code])
        .select_related("department")
        .union(Commune.objects.filter(pk=code).select_related("department"))
    )
    sharing = sorted((c for c in found if code in c.postal_codes), key=_by_closeness)
    exact = next((c for c in found if c.pk == code), None)
    if not sharing:
        return PlaceAnswer(_commune_area(exact) if exact else None)
    main = sharing[0]
    area = SearchArea(
        Area.AROUND, f"{main.name} ({code})", code, main.pk, latitude=main.latitude, longitude=main.longitude
    )
    return PlaceAnswer(area, (_commune_area(exact),) if exact and exact not in sharing else ())


def _by_closeness(commune: Commune) -> tuple[bool, int]:
    """Among communes of one postal code: arrondissements first, then the most people."""
    return commune.kind != CommuneKind.ARRONDISSEMENT, -commune.population


def _by_name(text: str) -> PlaceAnswer:
    """By name, which may carry its département or its INSEE code: « Saint-Denis (974) »."""
    outside, _, inside = text.partition("(")
    name, precision = town_name(outside), fold(inside).upper()
    communes = list(
        Commune.objects.filter(closed_on=None, search_name=name)
        .select_related("department")
        .order_by("-population", "code")[:MAX_CHOICES]
    )
    if precision:
        communes = [c for c in communes if precision in {c.department_id, c.pk}]
    elif (
        not communes or communes[0].population < SMALLEST_RIVAL or communes[0].department.search_name == name
    ):
        wide = _wide_area(name)
        # « Bretagne » is the region before the two villages of that name; « Paris » is the city before the département.
        if wide and (not communes or communes[0].population < SMALLEST_RIVAL):
            return PlaceAnswer(wide, commune_areas(communes))
        if wide:
            return PlaceAnswer(_commune_area(communes[0]), (wide,))
    if not communes:
        return PlaceAnswer(None)
    areas = commune_areas(communes)
    if len(communes) == 1:
        return PlaceAnswer(areas[0])
    if communes[0].population >= DOMINANT * max(communes[1].population, 1):
        return PlaceAnswer(areas[0], areas[1:])
    return PlaceAnswer(None, areas)


def _wide_area(name: str) -> SearchArea | None:
    region = Region.objects.filter(search_name=name).first()
    if region:
        return SearchArea(Area.REGION, region.name, region.name, region.pk)
    department = Department.objects.filter(search_name=name).first()
    return _department_area(department) if department else None


def _department_area(department: Department) -> SearchArea:
    return SearchArea(Area.DEPARTMENT, str(department), department.pk, department.pk)


def _commune_area(commune: Commune) -> SearchArea:
    return commune_areas([commune])[0]


def commune_areas(communes: list[Commune]) -> tuple[SearchArea, ...]:
    """Named with the département, or with the INSEE code when two namesakes share it."""
    departments = [c.department_id for c in communes]
    return tuple(
        SearchArea(
            Area.AROUND,
            f"{c.name}, {c.department}",
            f"{c.name} ({c.department_id if departments.count(c.department_id) == 1 else c.pk})",
            c.pk,
            c.latitude,
            c.longitude,
        )
        for c in communes
    )
