"""Places of advice around a point. Distances are in kilometres, as the crow flies."""

from typing import Final

from django.db.models import FloatField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt

from cep.models import Site

EARTH_RADIUS_KM: Final = 6371.0
# Beyond thirty kilometres fewer people come (framework evaluation, 2022): these sites are shown first, alone.
NEAR_KM: Final = 30.0
MAX_SITES: Final = 12
# When nothing is near, a few places still stand in the answer: the person may travel, or be called.
FALLBACK_SITES: Final = 3


def sites_near(*, latitude: float, longitude: float) -> list[Site]:
    """Sites within NEAR_KM of the point (degrees, WGS 84), nearest first, each with `distance_km`.

    Where there is none, the few nearest ones. One query.
    """
    nearest = list(
        Site.objects.annotate(distance_km=_distance_km(latitude, longitude)).order_by("distance_km", "pk")[
            :MAX_SITES
        ]
    )
    near = [site for site in nearest if site.distance_km <= NEAR_KM]
    return near or nearest[:FALLBACK_SITES]


def _distance_km(latitude: float, longitude: float) -> Combinable:
    """Haversine formula, exact enough at these distances and steady for neighbouring points."""
    here_latitude, here_longitude = Radians(Value(latitude)), Radians(Value(longitude))
    half_chord = Power(Sin((Radians("latitude") - here_latitude) / 2.0), 2) + Cos(here_latitude) * Cos(
        Radians("latitude")
    ) * Power(Sin((Radians("longitude") - here_longitude) / 2.0), 2)
    # Rounding may carry the chord of two antipodes past 1, outside the arcsine.
    return Value(2 * EARTH_RADIUS_KM, output_field=FloatField()) * ASin(Least(Value(1.0), Sqrt(half_chord)))
