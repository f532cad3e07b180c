import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.words import EMPTY_WORDS, FAMILY_PREFIX, distinct_words, families, family, fold, search_words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L'Œuvre du Développeur", "l oeuvre du developpeur"),
        ("Saint-Étienne", "saint etienne"),
        ("  C++ / C#  ", "c c"),
        ("", ""),
    ],
)
def test_fold_text_loses_case_accents_and_marks(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_fold_any_text_is_stable_and_made_of_letters_and_digits(text):
    folded = fold(text)

    assert fold(folded) == folded
    assert all(word.isascii() and word.isalnum() for word in folded.split())


@pytest.mark.parametrize(
    "words",
    [
        ("soudeur", "soudeuse", "soudeurs", "soudeuses", "soudure", "soudage", "souder"),
        ("boulanger", "boulangere", "boulangerie"),
        ("developpeur", "developpeuse", "developpeuses", "developeur", "developpement"),
        ("coiffeur", "coiffeuse", "coiffure"),
        ("comptable", "comptables", "comptabilite"),
        ("electricien", "electricienne", "electricite"),
        ("macon", "maconnerie"),
        ("secretaire", "secretariat"),
    ],
)
def test_family_words_of_one_trade_share_it(words):
    found = {family(word) for word in words}

    assert len(found) == 1
    assert found != {""}


@pytest.mark.parametrize(("one", "other"), [("vente", "verte"), ("manager", "manger"), ("soudeur", "sourd")])
def test_family_words_that_only_look_alike_do_not_share_it(one, other):
    assert family(one) != family(other)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1))
def test_family_any_word_is_empty_or_at_least_four_letters(word):
    root = family(word)

    assert root == "" or (len(root) >= 4 and root.isalpha())


def test_search_words_domain_words_count_only_when_alone():
    assert search_words("Formation de soudeur, bac pro") == ["soudeur"]
    assert search_words("bac pro") == ["bac", "pro"]


def test_search_words_repeated_word_comes_once_in_order():
    assert search_words("web Développeur web") == ["web", "developpeur"]


def test_families_of_a_text_bear_the_prefix_and_leave_empty_words_out():
    assert families("Le soudeur et la soudure") == f"{FAMILY_PREFIX}soud"


@given(st.lists(st.text(), max_size=5))
def test_distinct_words_each_once_without_empty_ones(texts):
    words = distinct_words(texts).split()

    assert len(words) == len(set(words))
    assert not EMPTY_WORDS.intersection(words)
