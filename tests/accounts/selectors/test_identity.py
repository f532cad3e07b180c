"""The person designated by what FranceConnect says, among real rows."""

from datetime import date

import pytest

from accounts.models import Sex
from accounts.rules.birth_dates import BirthDate
from accounts.rules.identity import Ambiguous, Match, NoMatch
from accounts.selectors.identity import PivotIdentity, find_holder_by_identity, match_holder_by_number
from accounts.services.holders import record_nir
from cpa_portal.kernel.identifiers import build_nir
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db
BIRTH = date(1986, 4, 17)


def lucia(**changes):
    return HolderFactory(
        **{
            "user": None,
            "birth_name": "Rossi-Fontaine",
            "first_names": "Lucia Andrée",
            "sex": Sex.FEMALE,
            "birth_date": BIRTH,
            "birth_commune_code": "2A004",
            **changes,
        }
    )


def pivot(**changes):
    return PivotIdentity(
        **{
            "given_name": "Lucia Andrée",
            "family_name": "ROSSI FONTAINE",
            "birthdate": "1986-04-17",
            "gender": "female",
            "birthplace": "2A004",
            "birthcountry": "99100",
            **changes,
        }
    )


def test_find_holder_by_identity_same_civil_status_is_the_person():
    holder = lucia()

    assert find_holder_by_identity(pivot()) == Match(holder)


@pytest.mark.parametrize(
    "changes",
    [
        {"family_name": "Rossi"},
        {"given_name": "Lucie"},
        {"given_name": "Lucia Marie"},
        {"birthdate": "1986-04-18"},
        {"birthdate": "1986-04-00"},
        {"birthdate": "hier"},
        {"gender": "male"},
        {"birthplace": "2B033"},
        {"birthplace": "", "birthcountry": "99351"},
        {"birthplace": "", "birthcountry": "99100"},
    ],
)
def test_find_holder_by_identity_one_contradiction_is_nobody(changes):
    lucia()

    assert find_holder_by_identity(pivot(**changes)) == NoMatch()


def test_find_holder_by_identity_deceased_is_nobody():
    lucia(deceased_on=date(2020, 1, 1))

    assert find_holder_by_identity(pivot()) == NoMatch()


def test_find_holder_by_identity_two_people_is_ambiguous():
    lucia()
    lucia(nir=build_nir(sex="2", birth_date=BIRTH, birth_place_code="2A004", order=777))

    assert find_holder_by_identity(pivot()) == Ambiguous()


def test_find_holder_by_identity_partial_date_wants_the_same_parts():
    holder = lucia(birth_date=None, partial_birth_date="1986-00-00", nir=None)

    assert find_holder_by_identity(pivot(birthdate="1986-00-00")) == Match(holder)
    assert find_holder_by_identity(pivot(birthdate="1986-04-00")) == NoMatch()


def test_find_holder_by_identity_place_unknown_is_read_in_the_number():
    holder = lucia(
        birth_commune_code="", nir=build_nir(sex="2", birth_date=BIRTH, birth_place_code="2A004", order=12)
    )

    assert find_holder_by_identity(pivot()) == Match(holder)
    assert find_holder_by_identity(pivot(birthplace="75056")) == NoMatch()


def test_find_holder_by_identity_born_abroad_compares_the_country():
    holder = lucia(birth_commune_code="", birth_country_code="99351", nir=None)

    assert find_holder_by_identity(pivot(birthplace="", birthcountry="99351")) == Match(holder)


def test_find_holder_by_identity_asks_the_database_twice(django_assert_num_queries):
    for order in (1, 2, 3):
        lucia(nir=build_nir(sex="2", birth_date=BIRTH, birth_place_code="2A004", order=order))

    with django_assert_num_queries(2):
        find_holder_by_identity(pivot())


def test_match_holder_by_number_replaced_temporary_number_still_designates_the_person():
    temporary = build_nir(sex="8", birth_date=BIRTH, birth_place_code="99351", order=5)
    final = build_nir(sex="2", birth_date=BIRTH, birth_place_code="99351", order=6)
    holder = lucia(nir=temporary)
    record_nir(holder=holder, nir=final, since=date(2020, 1, 1))

    for number in (temporary, final):
        answer = match_holder_by_number(
            number=number, birth_name="rossi fontaine", birth_date=BirthDate.of(BIRTH)
        )
        assert answer == Match(holder)


def test_match_holder_by_number_unknown_number_costs_the_same_queries(django_assert_num_queries):
    known = lucia().nirs.get().nir
    unknown = build_nir(sex="2", birth_date=BIRTH, birth_place_code="75056", order=1)

    for number, name in ((known, "Autre"), (unknown, "Rossi-Fontaine")):
        with django_assert_num_queries(1):
            answer = match_holder_by_number(number=number, birth_name=name, birth_date=BirthDate.of(BIRTH))
        assert answer == NoMatch()
