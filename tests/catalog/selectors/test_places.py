import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.gazetteer import distance_km
from catalog.selectors.places import Area, commune_by_code, load_gazetteer, nearest_communes, search_area
from tests.support.factories.catalog import some_communes

pytestmark = pytest.mark.usefixtures("corsica")


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("Ajaccio", Area.AROUND, "2A004"),
        ("  ajaccio ", Area.AROUND, "2A004"),
        ("AJACCIO", Area.AROUND, "2A004"),
        ("2A004", Area.AROUND, "2A004"),
        ("2a004", Area.AROUND, "2A004"),
        ("20000", Area.AROUND, "2A004"),
        ("75011", Area.AROUND, "75111"),
        ("Paris", Area.AROUND, "75056"),
        ("Saint-Denis (974)", Area.AROUND, "97411"),
        ("st denis (93)", Area.AROUND, "93066"),
        ("Saint-Denis (93066)", Area.AROUND, "93066"),
        ("2A", Area.DEPARTMENT, "2A"),
        ("75", Area.DEPARTMENT, "75"),
        ("974", Area.DEPARTMENT, "974"),
        ("Corse-du-Sud", Area.DEPARTMENT, "2A"),
        ("Corse", Area.REGION, "94"),
        ("ile de france", Area.REGION, "11"),
        ("France", Area.COUNTRY, ""),
        ("France entière", Area.COUNTRY, ""),
        ("", Area.COUNTRY, ""),
    ],
)
def test_search_area_text_means_that_place(text, kind, code):
    area = search_area(text).area

    assert (area.kind, area.code) == (kind, code)


@pytest.mark.parametrize("text", ["Xyzville", "99999", "00", "Ajaccio (75)", "(", "😀", "2A0", "12345"])
def test_search_area_unknown_text_means_no_place_and_no_choice(text):
    answer = search_area(text)

    assert (answer.area, answer.others) == (None, ())


def test_search_area_namesakes_of_like_size_ask_for_a_choice():
    answer = search_area("Saint-Denis")

    assert answer.area is None
    assert {area.query for area in answer.others} == {"Saint-Denis (93)", "Saint-Denis (974)"}


def test_search_area_each_choice_leads_to_its_own_place():
    for area in search_area("Saint-Denis").others:
        assert search_area(area.query).area == area


def test_search_area_postal_code_comes_before_the_insee_code_written_alike():
    """13001 is Marseille's first arrondissement for the post, Aix-en-Provence for INSEE."""
    answer = search_area("13001")

    assert answer.area.code == "13201"
    assert [area.code for area in answer.others] == ["13001"]


def test_search_area_town_that_bears_its_departments_name_offers_both():
    answer = search_area("Paris")

    assert [(area.kind, area.code) for area in answer.others] == [(Area.DEPARTMENT, "75")]


@given(st.text(max_size=130).filter(lambda text: "\x00" not in text))
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
def test_search_area_any_text_never_fails(text):
    answer = search_area(text)

    assert answer.area is not None or isinstance(answer.others, tuple)


def test_search_area_costs_at_most_three_queries(django_assert_max_num_queries):
    for text in ("Ajaccio", "Paris", "Corse", "Xyzville", "20000", "2A"):
        with django_assert_max_num_queries(3):
            search_area(text)


def test_nearest_communes_come_by_distance_with_the_true_one():
    here = some_communes("2A004")["2A004"]

    found = list(nearest_communes(latitude=here.latitude, longitude=here.longitude, radius_km=30, limit=10))

    assert [commune.code for commune in found] == ["2A004", "2A271"]
    for commune in found:
        expected = distance_km(here.latitude, here.longitude, commune.latitude, commune.longitude)
        assert commune.distance == pytest.approx(expected, abs=0.02)


def test_commune_by_code_unknown_is_none():
    assert commune_by_code("00000") is None
    assert commune_by_code("2A004").department.region_id == "94"


def test_load_gazetteer_leaves_closed_communes_out():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_commune SET closed_on = now() WHERE code = '2B033'")

    assert "2B033" not in load_gazetteer().by_code
    assert "2A004" in load_gazetteer().by_code


def test_search_area_region_comes_before_the_villages_of_its_name(db):
    some_communes("36024", "90019")

    answer = search_area("Bretagne")

    assert (answer.area.kind, answer.area.code) == (Area.REGION, "53")
    assert {area.code for area in answer.others} == {"36024", "90019"}
