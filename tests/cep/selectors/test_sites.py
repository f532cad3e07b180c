import pytest

from cep.selectors.sites import sites_near
from tests.support.factories.cep import SiteFactory

pytestmark = pytest.mark.django_db

AJACCIO = {"latitude": 41.9192, "longitude": 8.7386}


def test_sites_near_are_those_within_thirty_kilometres_nearest_first():
    far = SiteFactory(bastia=True)
    near = SiteFactory(latitude=42.0, longitude=8.8)
    here = SiteFactory()

    found = sites_near(**AJACCIO)

    assert [place.site for place in found] == [here, near]
    assert far not in [place.site for place in found]
    assert found[0].distance_km == pytest.approx(0, abs=0.01)


def test_sites_near_distance_is_that_of_the_map():
    # Ajaccio to Bastia as the crow flies: 104 km on the map of the IGN.
    SiteFactory(bastia=True)

    (bastia,) = sites_near(**AJACCIO)

    assert bastia.distance_km == pytest.approx(104.5, abs=1)


def test_sites_near_where_there_is_none_gives_the_three_nearest():
    far = [SiteFactory(latitude=44 + step, longitude=5) for step in range(4)]

    assert [place.site for place in sites_near(**AJACCIO)] == far[:3]


def test_sites_near_without_any_site_is_empty():
    assert sites_near(**AJACCIO) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_sites_near_costs_one_query(rows, django_assert_num_queries):
    SiteFactory.create_batch(rows)

    with django_assert_num_queries(1):
        sites_near(**AJACCIO)
