import pytest

from catalog.models import JobTitle
from catalog.selectors.suggestions import MOST, nearest_commune, suggested_places, suggested_words
from catalog.services.vocabulary import refresh_job_titles
from tests.support.factories.catalog import CertificationFactory, OccupationFactory

pytestmark = pytest.mark.usefixtures("corsica")


@pytest.fixture
def occupations():
    OccupationFactory()
    OccupationFactory(
        code="D1106",
        label="Vendeur / Vendeuse en alimentation",
        titles=["Chef / Cheffe de rayon pâtisserie", "Pâtissier / Pâtissière"],
    )
    CertificationFactory(
        code="RNCP38311", diploma="Mention complémentaire", title="Technicien en soudage", occupations=[]
    )
    refresh_job_titles()


@pytest.mark.parametrize("text", ["soud", "Soudeuse", "soudeu", "  SOUD", "les soudeuses"])
def test_suggested_words_beginning_of_a_title_finds_it_then_the_certification(occupations, text):
    found = [(suggestion.value, suggestion.kind) for suggestion in suggested_words(text)]

    assert found[0] == ("Soudeur", "Métier")
    assert ("Mention complémentaire Technicien en soudage", "Certification") in found or "eu" in text


def test_suggested_words_value_is_one_form_with_what_follows(occupations):
    found = {suggestion.text: suggestion.value for suggestion in suggested_words("chef pat")}

    assert found == {"Chef / Cheffe de rayon pâtisserie": "Chef de rayon pâtisserie"}


def test_suggested_words_accents_and_a_last_letter_alone_do_not_matter(occupations):
    assert suggested_words("patissier")[0].value == "Pâtissier"
    assert suggested_words("pâtissier d") == suggested_words("patissier")


@pytest.mark.parametrize("text", ["", "s", "de la", "xyzzy", "& | ! :*", "'; --", "١٢", "\u2028"])
def test_suggested_words_of_nothing_are_none(occupations, text):
    assert suggested_words(text) == []


def test_suggested_words_are_few_and_cost_two_queries(occupations, django_assert_num_queries):
    JobTitle.objects.bulk_create(
        JobTitle(occupation_id="D1106", title=f"Soudeur {rank}", words="'xlsoudeur':1") for rank in range(50)
    )

    with django_assert_num_queries(2):
        assert len(suggested_words("soud")) == MOST


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("aja", ("Ajaccio, Corse-du-Sud (2A)", "Ajaccio (2A004)")),
        ("st d", ("Saint-Denis, La Réunion (974)", "Saint-Denis (974)")),
        ("corse", ("Corse", "Corse")),
        ("200", ("20000 Ajaccio", "20000")),
        ("2a", ("Corse-du-Sud (2A)", "2A")),
        ("2A0", ("Ajaccio, Corse-du-Sud (2A)", "Ajaccio (2A004)")),
        ("974", ("La Réunion (974)", "974")),
    ],
)  # fmt: skip
def test_suggested_places_begin_with_what_is_typed(text, first):
    found = suggested_places(text)[0]

    assert (found.text, found.value.split(" (")[0]) == (first[0], first[1].split(" (")[0])


def test_suggested_places_city_stands_for_its_arrondissements_until_one_is_numbered():
    assert suggested_places("paris")[0].text.startswith("Paris,")
    assert not any("Arrondissement" in suggestion.text for suggestion in suggested_places("paris"))
    assert any("Arrondissement" in suggestion.text for suggestion in suggested_places("paris 11"))


@pytest.mark.parametrize("text", ["", "a", "zzzz", "00", "999999", "'", "%", "_"])
def test_suggested_places_of_nothing_are_none(text):
    assert suggested_places(text) == []


def test_nearest_commune_of_a_position_is_named_as_the_form_says_it():
    assert nearest_commune(41.93, 8.74).text == "Ajaccio, Corse-du-Sud (2A)"
    assert nearest_commune(0.0, 0.0) is None
