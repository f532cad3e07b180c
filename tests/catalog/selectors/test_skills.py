import pytest

from catalog.selectors.skills import occupations_named, skills_named, suggested_occupations
from catalog.services.vocabulary import refresh_job_titles
from tests.support.factories.catalog import OccupationFactory, SkillFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def trades():
    welder = OccupationFactory()
    boilermaker = OccupationFactory(code="H2902", label="Chaudronnier / Chaudronnière", titles=[])
    clerk = OccupationFactory(code="M1602", label="Agent / Agente administratif", titles=[])
    return welder, boilermaker, clerk


@pytest.fixture
def skills(trades):
    welder, boilermaker, clerk = trades
    return {
        "welding": SkillFactory(label="Techniques de soudage", occupations=[welder, boilermaker]),
        "metal": SkillFactory(label="Métallurgie", occupations=[welder]),
        "sheet": SkillFactory(label="Découpe de tôles", occupations=[boilermaker]),
        "office": SkillFactory(label="Outils bureautiques", occupations=[welder, boilermaker, clerk]),
    }


def test_suggestions_say_which_skills_match_and_which_lack(trades, skills):
    best, *_ = suggested_occupations([skills["welding"], skills["metal"]])

    assert best.occupation == trades[0]
    assert set(best.held) == {skills["welding"], skills["metal"]}
    assert best.lacking == [skills["office"]]
    assert best.asked == 3


def test_suggestions_weigh_a_rare_skill_more_than_a_common_one(trades, skills):
    codes = [s.occupation.pk for s in suggested_occupations([skills["office"], skills["sheet"]])]

    assert codes[0] == "H2902"
    assert set(codes) == {"H2902", "H2913", "M1602"}


def test_suggestions_at_equal_weight_prefer_the_occupation_that_asks_for_less(trades, skills):
    codes = [s.occupation.pk for s in suggested_occupations([skills["office"]])]

    assert codes[0] == "M1602"


def test_suggestions_without_skills_are_none(trades):
    assert suggested_occupations([]) == []


def test_suggestions_cost_the_same_queries_for_any_number_of_skills(
    trades, skills, django_assert_num_queries
):
    for chosen in ([skills["metal"]], [skills["metal"], skills["office"], skills["sheet"]]):
        with django_assert_num_queries(4):
            suggested_occupations(chosen)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("soudage", ["Techniques de soudage"]),
        ("souder", ["Techniques de soudage"]),
        ("métalurgie", ["Métallurgie"]),
        ("outil de bureautique", ["Outils bureautiques"]),
        ("soudage poterie", ["Techniques de soudage"]),
        ("bureautik", ["Outils bureautiques"]),
        ("poterie", []),
        ("", []),
    ],
)
def test_skills_named_reads_words_as_searches_do(skills, typed, found):
    assert [skill.label for skill in skills_named(typed)] == found


def test_occupations_named_are_those_whose_skills_are_known(trades, skills):
    OccupationFactory(code="H9999", label="Soudeur sous-marin / Soudeuse sous-marine", titles=[])
    refresh_job_titles()

    assert occupations_named("soudeuse") == [trades[0]]
