import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.words import (
    FAMILY_PREFIX,
    LEMMA_PREFIX,
    families,
    family,
    fold,
    indexed_words,
    lemma,
    lemmas,
    search_words,
    words_of,
)


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


@pytest.mark.parametrize(
    "words",
    [
        ("developpeur", "developpeuse", "developpeuses", "developpeurs", "developeur"),
        ("infirmier", "infirmiere", "infirmieres"),
        ("directeur", "directrice", "directrices"),
        ("monteur", "monteuse"),
        ("acheteur", "acheteuse"),
        ("conseiller", "conseillere"),
        ("technicien", "technicienne"),
        ("agent", "agente", "agents"),
        ("charge", "chargee", "chargees"),
        ("maçon", "maconne"),
        ("sportif", "sportive"),
        ("chef", "cheffe"),
        ("commercial", "commerciale", "commerciaux"),
        ("reseau", "reseaux"),
        ("public", "publique"),
        ("paie", "paye"),
        ("pharmacie", "farmacie"),
    ],
)
def test_lemma_gender_number_and_spelling_are_one_form(words):
    assert len({lemma(fold(word)) for word in words}) == 1


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1))
def test_lemma_any_word_is_a_word(word):
    assert lemma(word).isalnum()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Développeur·se web", ["developpeur", "web"]),
        ("agent(e) d'accueil", ["agent", "d", "accueil"]),
        ("directeur/trice", ["directeur"]),
        ("infirmier-ière", ["infirmier"]),
        ("technicien.ne.s", ["technicien"]),
        ("chargé(e)s", ["charge"]),
        ("semi-remorque", ["semi", "remorque"]),
        ("Soudeur (H/F)", ["soudeur"]),
        ("soudeur f/h/x", ["soudeur"]),
        ("hors-format", ["hors", "format"]),
        ("C.A.C.E.S. R489", ["caces", "r489"]),
        ("Formation. A suivre.", ["formation", "a", "suivre"]),
        ("E-commerce", ["ecommerce"]),
        ("l-anglais", ["l", "anglais"]),
        ("permis B-C", ["permis", "b", "c"]),
    ],
)
def test_words_of_inclusive_writing_is_the_masculine(text, words):
    assert words_of(text) == words


def test_indexed_words_joined_by_a_dash_are_also_one_word():
    assert indexed_words("Aide-soignant") == ["aide", "soignant", "aidesoignant"]


def test_lemmas_of_a_text_bear_the_prefix():
    assert lemmas("Le soudeur et la soudeuse") == f"{LEMMA_PREFIX}soudeur"
