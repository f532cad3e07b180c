import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.gazetteer import Gazetteer, KnownCommune, department_of, distance_km, town_name

AJACCIO = KnownCommune("2A004", "ajaccio", None, "2A", ("20000", "20090", "20167"), 41.93, 8.70)
SARROLA = KnownCommune("2A271", "sarrola carcopino", None, "2A", ("20167",), 42.03, 8.84)
PARIS = KnownCommune("75056", "paris", None, "75", ("75001", "75011"), 48.86, 2.34)
PARIS_11 = KnownCommune("75111", "paris 11e arrondissement", "75056", "75", ("75011",), 48.86, 2.38)
QUIMPERLE = KnownCommune("29233", "quimperle", None, "29", ("29300",), 47.87, -3.54)
SAINT_MALO = KnownCommune("35288", "saint malo", None, "35", ("35400",), 48.65, -2.01)
GAZETTEER = Gazetteer([AJACCIO, SARROLA, PARIS, PARIS_11, QUIMPERLE, SAINT_MALO])


@pytest.mark.parametrize(
    ("postal_code", "town", "expected"),
    [
        ("20000", "AJACCIO", AJACCIO),
        ("20167", "Sarrola-Carcopino", SARROLA),
        # Two communes share the code and the name is of neither.
        ("20167", "Mezzavia", None),
        # One commune has the code: a name spelt otherwise does not prevent.
        ("29300", "QUIMPERLÉ CEDEX", QUIMPERLE),
        # A code of La Poste for companies: the name, in the département.
        ("29391", "QUIMPERLE CEDEX", QUIMPERLE),
        ("75011", "Paris", PARIS_11),
        ("75011", "PARIS 11", PARIS_11),
        ("35400", "ST MALO", SAINT_MALO),
        ("99999", "Nulle-Part", None),
        ("", "", None),
    ],
)
def test_find_address_gives_the_commune_that_it_designates(postal_code, town, expected):
    assert GAZETTEER.find(postal_code=postal_code, town=town) == expected


@pytest.mark.parametrize(
    ("postal_code", "department"),
    [("20000", "2A"), ("20200", "2B"), ("97110", "971"), ("98800", "988"), ("69001", "69")],
)
def test_department_of_postal_code(postal_code, department):
    assert department_of(postal_code) == department


def test_town_name_abbreviation_and_cedex_are_undone():
    assert town_name("ST-ETIENNE CEDEX 09") == "saint etienne"


def test_distance_between_ajaccio_and_bastia_is_about_a_hundred_kilometres():
    assert distance_km(41.919, 8.738, 42.703, 9.450) == pytest.approx(105, abs=3)


POINT = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(POINT, POINT)
def test_distance_is_symmetrical_and_at_most_half_the_earth(one, other):
    there, back = distance_km(*one, *other), distance_km(*other, *one)

    assert math.isclose(there, back, abs_tol=1e-6)
    assert 0 <= there <= 20_016
