import pytest

from catalog.selectors.places import search_area
from catalog.selectors.trainings import Wish, search_trainings
from catalog.selectors.widening import near_certifications, related_occupations, widened_search
from catalog.services.vocabulary import refresh_job_titles, refresh_vocabulary
from tests.support.factories.catalog import BASTIA, TODAY, CertificationFactory, OccupationFactory, offered

pytestmark = pytest.mark.usefixtures("corsica")


def wish(words="soudeur", place="Ajaccio", **more):
    return Wish(day=TODAY, words=words, area=search_area(place).area, **more)


@pytest.mark.parametrize(
    ("commune", "step"),
    [("2A271", None), (BASTIA, "dans toute la France"), ("69123", "dans toute la France")],
)
def test_widened_search_goes_farther_step_by_step(commune, step):
    training = offered("Soudeur", commune=commune)

    found = widened_search(wish(radius_km=5))

    assert found.results.items[0].training == training
    assert found.step == (step or "jusqu'à 50 km")


def test_widened_search_lets_the_filters_go_last():
    offered("Soudeur", price_cents=900_000)

    assert widened_search(wish(filters={"prix": frozenset({"gratuit"})})).step == "sans les filtres"


def test_widened_search_nothing_anywhere_is_none():
    offered("Soudeur")

    assert widened_search(wish("boulanger")) is None


@pytest.fixture
def football():
    """Nobody trains footballers; somebody trains the educators that ROME calls near."""
    OccupationFactory(
        code="L1401",
        label="Sportif professionnel / Sportive professionnelle",
        titles=["Joueur professionnel / Joueuse professionnelle de football"],
        near_codes=["G1204"],
    )
    educator = OccupationFactory(code="G1204", label="Éducateur sportif / Éducatrice sportive", titles=[])
    certification = CertificationFactory(title="Animateur du sport", occupations=[educator])
    offered("Animation de groupes", certification=certification)
    offered("Lean service agile niveau yellow belt", certification=CertificationFactory(title="Lean"))
    refresh_job_titles()
    refresh_vocabulary()


def test_footballer_finds_no_yellow_belt_but_what_is_near(football):
    asked = wish("footballeur professionnel", "")
    results = search_trainings(asked)

    related = related_occupations(results.reading, asked)

    assert results.total == 0
    assert [(occupation.label, occupation.trainings) for occupation in related] == [
        ("Éducateur sportif / Éducatrice sportive", 1)
    ]


def test_near_certifications_speak_of_a_word(football):
    CertificationFactory(code="RNCP95000", title="Éducateur de football")
    results = search_trainings(wish("footballeuse", ""))

    assert [row.pk for row in near_certifications(results.reading)] == ["RNCP95000"]
