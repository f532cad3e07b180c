"""Places of advice around a point. Distances are in kilometres, as the crow flies."""

from dataclasses import dataclass
from typing import Final

from catalog.selectors.places import distance_to
from cep.models import Site

# Beyond thirty kilometres fewer people come (framework evaluation, 2022): these sites are shown first, alone.
NEAR_KM: Final = 30.0
MAX_SITES: Final = 12
# When nothing is near, a few places still stand in the answer: the person may travel, or be called.
FALLBACK_SITES: Final = 3


@dataclass(frozen=True)
class NearSite:
    site: Site
    distance_km: float


def sites_near(*, latitude: float, longitude: float) -> list[NearSite]:
    """Sites within NEAR_KM of the point (degrees, WGS 84), nearest first; where there is none, the few nearest.

    One query.
    """
    by_distance = Site.objects.select_related("operator").annotate(
        distance_km=distance_to(latitude, longitude)
    )
    nearest = [
        NearSite(row, row.distance_km) for row in by_distance.order_by("distance_km", "pk")[:MAX_SITES]
    ]
    near = [found for found in nearest if found.distance_km <= NEAR_KM]
    return near or nearest[:FALLBACK_SITES]
