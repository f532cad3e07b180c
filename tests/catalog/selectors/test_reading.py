import pytest

from catalog.selectors.reading import distance, level_in, read_words, sound
from catalog.services.vocabulary import refresh_job_titles, refresh_vocabulary
from tests.support.factories.catalog import OccupationFactory, OrganisationFactory, TrainingFactory


@pytest.fixture
def known(db):
    """Three trainings, an occupation, an organisation whose name is a word of its own."""
    for title in ("Développeur web", "Boulanger", "Comptable assistant", "Tosa Excel"):
        TrainingFactory(title=title, organisation__name="Kalidora")
    OccupationFactory()
    refresh_job_titles()
    refresh_vocabulary()


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("boulanjer", "boulanger"),
        ("boullangère", "boullangere"),
        ("contable", "comptable"),
        ("exel", "excel"),
        ("devloppeur web", "developpeur web"),
        ("develoopeur", "develoopeur"),
        ("comptableassistant", "comptable assistant"),
        ("kalidora", "kalidora"),
    ],
)
def test_read_words_misspelt_word_is_understood(known, typed, understood):
    assert read_words(typed).understood == understood


def test_read_words_known_word_is_never_corrected(known):
    reading = read_words("soudure excel")

    assert reading.corrections == {}
    assert reading.words == ("soudure", "excel")


def test_read_words_unknown_among_known_is_left_out_and_said(known):
    reading = read_words("boulanger xqzwvk")

    assert (reading.words, reading.ignored) == (("boulanger",), ("xqzwvk",))


def test_read_words_all_unknown_are_kept(known):
    assert read_words("xqzwvk").words == ("xqzwvk",)


def test_read_words_as_typed_corrects_nothing(known):
    reading = read_words("boulanjer xqzwvk", as_typed=True)

    assert reading.words == ("boulanjer", "xqzwvk")
    assert reading.corrections == {}


def test_read_words_names_of_organisations_are_known_but_never_proposed(known):
    OrganisationFactory(name="Kalidora")

    assert read_words("kalidorra").corrections == {}


def test_read_words_letter_and_word_that_are_one_elsewhere_are_one(db):
    TrainingFactory(title="Vendre en e-commerce")
    refresh_vocabulary()

    reading = read_words("e commerce")

    assert (reading.words, reading.understood) == (("ecommerce",), "ecommerce")


def test_read_words_said_twice_in_two_genders_count_once(known):
    assert read_words("soudeur ou soudeuse").words == ("soudeur",)


def test_read_words_alone_is_a_name_only_when_no_title_says_it(known):
    assert read_words("boulanger").names == frozenset()
    assert read_words("kalidora").names == {"kalidora"}
    assert read_words("boulanger kalidora").names == {"boulanger", "kalidora"}


def test_read_words_job_title_gives_its_occupation(known):
    assert read_words("soudeuse à l'arc").jobs == {"H2913": "Soudeur / Soudeuse à l'arc"}
    assert read_words("boulanger").jobs == {}


def test_read_words_acronym_has_its_meaning(db):
    assert ("sauveteur", "secouriste", "travail") in read_words("SST").alternatives["sst"]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("CAP cuisine", 3),
        ("bac pro", 4),
        ("bac +2", 5),
        ("niveau 5 vente", 5),
        ("master droit", 7),
        ("masters droit", 7),
        ("ingénieure du son", 7),
        ("capes anglais", None),
        ("soudeur", None),
    ],
)
def test_level_in_words_of_diplomas(text, level):
    assert level_in(text) == level


def test_read_words_diploma_is_a_level_not_a_word(db):
    reading = read_words("CAP cuisine")

    assert (reading.words, reading.level, reading.diploma_words) == (("cuisine",), 3, ("cap",))


@pytest.mark.parametrize(
    ("one", "other", "edits"), [("a", "a", 0), ("ab", "ba", 1), ("chat", "chats", 1), ("", "ab", 2)]
)
def test_distance_counts_edits(one, other, edits):
    assert distance(one, other) == distance(other, one) == edits


def test_sound_of_what_is_heard_alike_is_one():
    assert sound("boulanjer") == sound("boulanger")
