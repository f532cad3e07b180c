import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules.names import filtered_words, is_same_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rossi-Fontaine", "ROSSI FONTAINE"),
        ("Lefèvre", "lefevre"),
        ("Cœur", "COEUR"),
        ("de La Tour", "Latour"),
        ("d'Arc", "Arc"),
        ("D’Alembert", "Dalembert"),
        ("de La Tour", "Delatour"),
        ("La Tour", "Tour"),
        ("Le", "LE"),
        ("Müller-Weiß", "muller weiss"),
        ("Nguyễn", "nguyen"),
        ("  Martin ", "Martin"),
    ],
)
def test_writings_of_one_name_are_the_same(one: str, other: str) -> None:
    assert is_same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Martin", "Martins"),
        ("Rossi", "Rossi-Fontaine"),
        ("", ""),
        ("--", "--"),
        ("Le", "La"),
        ("", "Martin"),
    ],
)
def test_other_names_and_no_names_are_not(one: str, other: str) -> None:
    assert not is_same_name(one, other)


# Latin letters with every accent; a wider alphabet takes seconds to draw and says no more.
NAMES = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=30)


@given(NAMES)
def test_words_of_filtered_words_are_themselves(name: str) -> None:
    words = filtered_words(name)

    assert filtered_words(" ".join(words)) == words


@given(NAMES.filter(filtered_words))
def test_case_and_separators_never_matter(name: str) -> None:
    assert is_same_name(name, name.upper())
    assert is_same_name(name, name.replace("-", " "))


@given(NAMES, NAMES)
def test_comparison_does_not_depend_on_the_order(one: str, other: str) -> None:
    assert is_same_name(one, other) == is_same_name(other, one)
