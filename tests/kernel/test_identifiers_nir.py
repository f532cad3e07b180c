"""The NIR and temporary numbers: what passes, what is refused and why, and that nothing quotes them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from cpa_portal.kernel.identifiers import (
    Cause,
    InvalidIdentifier,
    NIRKind,
    build_nir,
    fictitious_nir,
    format_nir,
    nir_kind,
    nir_with_key,
    normalise_nir,
    normalise_temporary_number,
    validate_nir,
)

GOLDEN = [
    "185017505600149",
    "285062A00400147",
    "285062B00400174",
    "185999710500138",
    "299509910000169",
    "199209910000127",
    "399019910000111",
]


def _key(first_13):
    """The key computed apart from the code under test."""
    return f"{97 - int(first_13.replace('2A', '19').replace('2B', '18')) % 97:02d}"


@pytest.mark.parametrize("nir", GOLDEN)
def test_normalise_nir_golden_value_is_accepted(nir):
    assert normalise_nir(nir) == nir
    assert nir_with_key(nir[:13]) == nir


@pytest.mark.parametrize(
    "typed",
    ["2 85 06 2a 004 001 47", "285062a00400147", "2\u00a085\u202f06 2A 004 001 47", " 285062A00400147\n"],
)
def test_normalise_nir_typed_with_spaces_or_small_letters_gives_one_spelling(typed):
    assert normalise_nir(typed) == "285062A00400147"


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("", Cause.LENGTH),
        ("1850175056001", Cause.LENGTH),
        ("1850175056001490", Cause.LENGTH),
        ("185017505600150", Cause.KEY),
        ("185017505600100", Cause.KEY),
        ("18501750560014X", Cause.CHARACTERS),
        ("ABCDEFGHIJKLMNO", Cause.CHARACTERS),
        ("285062C00400147", Cause.CHARACTERS),
        ("28506042A001470", Cause.CHARACTERS),
        ("185-01-75-056-001-49", Cause.CHARACTERS),
        ("１８５０１７５０５６００１４９", Cause.CHARACTERS),
        ("18501750560014٩", Cause.CHARACTERS),
        ("1850175056001\u20034", Cause.CHARACTERS),
        ("18501750560014\x00", Cause.CHARACTERS),
        ("2850ﬁ2A00400147", Cause.CHARACTERS),
        ("269054958815780", Cause.SPECIMEN),
        ("2 69 05 49 588 157 80", Cause.SPECIMEN),
        ("000000000000000", Cause.SEX),
        ("000000000000097", Cause.SEX),
    ],
)
def test_normalise_nir_wrong_value_names_its_cause(value, cause):
    with pytest.raises(InvalidIdentifier) as refusal:
        normalise_nir(value, field="nir_titulaire")

    assert refusal.value.cause is cause
    assert refusal.value.field == "nir_titulaire"


@pytest.mark.parametrize(
    ("first_13", "cause"),
    [
        ("0850175056001", Cause.SEX),
        ("5850175056001", Cause.SEX),
        ("6850175056001", Cause.SEX),
        ("9850175056001", Cause.SEX),
        ("1850075056001", Cause.MONTH),
        ("1851375056001", Cause.MONTH),
        ("1851975056001", Cause.MONTH),
        ("1854375056001", Cause.MONTH),
        ("1854975056001", Cause.MONTH),
        ("1850100056001", Cause.PLACE),
        ("1850175000001", Cause.PLACE),
        ("1850175056000", Cause.ORDER),
    ],
)
def test_normalise_nir_right_key_around_a_wrong_part_is_refused(first_13, cause):
    with pytest.raises(InvalidIdentifier) as refusal:
        normalise_nir(first_13 + _key(first_13))

    assert refusal.value.cause is cause


@pytest.mark.parametrize("month", ["01", "12", "20", "42", "50", "99"])
@pytest.mark.parametrize("place", ["01001", "20004", "2A004", "2B033", "97105", "98818", "99100", "95999"])
def test_normalise_nir_every_bound_of_month_and_place_is_accepted(month, place):
    first_13 = f"285{month}{place}001"

    assert normalise_nir(first_13 + _key(first_13)) == first_13 + _key(first_13)


def test_normalise_nir_corsican_letters_elsewhere_do_not_count_for_the_key():
    # A replacement over the whole number would read "2A" across other positions as well.
    with pytest.raises(InvalidIdentifier) as refusal:
        normalise_nir("12A017505600149")

    assert refusal.value.cause is Cause.CHARACTERS


@given(st.text(max_size=20))
def test_normalise_nir_any_text_is_refused_without_being_quoted(value):
    with pytest.raises(InvalidIdentifier) as refusal:
        normalise_nir(f"{value}x")

    # Short inputs occur in any sentence by chance.
    assert len(value) < 6 or value not in f"{refusal.value} {refusal.value!r} {refusal.value.args}"


@given(st.integers(0, 34_999), st.integers(0, 14), st.sampled_from("0123456789"))
def test_normalise_nir_one_altered_digit_is_always_refused(serial, position, digit):
    nir = fictitious_nir(serial)
    altered = nir[:position] + digit + nir[position + 1 :]

    if altered != nir:
        with pytest.raises(InvalidIdentifier):
            normalise_nir(altered)


@given(st.integers(0, 34_999), st.integers(0, 12))
def test_normalise_nir_two_swapped_neighbours_are_always_refused(serial, position):
    nir = fictitious_nir(serial)
    swapped = nir[:position] + nir[position + 1] + nir[position] + nir[position + 2 :]

    if swapped != nir:
        with pytest.raises(InvalidIdentifier):
            normalise_nir(swapped)


def test_refusal_message_is_french_and_without_the_number():
    with pytest.raises(InvalidIdentifier) as refusal:
        normalise_nir("185017505600150")

    assert refusal.value.message.startswith("La clé du numéro de sécurité sociale")
    assert "185017505600150" not in repr(refusal.value) + str(refusal.value)


@pytest.mark.parametrize("sex", "3478")
def test_nir_kind_of_a_waiting_number_is_temporary(sex):
    number = build_nir(sex=sex, birth_date=date(1999, 1, 1), birth_place_code="99100", order=1)

    assert nir_kind(number) is NIRKind.TEMPORARY
    assert normalise_temporary_number(number) == number


def test_normalise_temporary_number_given_a_permanent_one_is_refused():
    with pytest.raises(InvalidIdentifier) as refusal:
        normalise_temporary_number(GOLDEN[0])

    assert refusal.value.cause is Cause.KIND


@pytest.mark.parametrize("body", ["", "185017505600", "18501750560014", "185013505X001", "1850120056000"])
def test_nir_with_key_of_a_wrong_body_is_refused(body):
    with pytest.raises(InvalidIdentifier):
        nir_with_key(body)


def test_format_nir_gives_the_usual_groups():
    assert format_nir("285062A00400147") == "2 85 06 2A 004 001 47"


def test_fictitious_nir_numbers_are_valid_distinct_and_repeatable():
    numbers = [fictitious_nir(serial) for serial in range(35_000)]

    assert len(set(numbers)) == len(numbers)
    assert numbers[:5] == [fictitious_nir(serial) for serial in range(5)]
    assert all(normalise_nir(number) == number for number in numbers[::97])


def test_build_nir_agrees_with_the_civil_status():
    nir = build_nir(sex="2", birth_date=date(1990, 7, 14), birth_place_code="2A004", order=901)

    assert nir[:13] == "290072A004901"
    assert nir[13:] == _key(nir[:13])


def test_validate_nir_in_a_form_gives_the_cause_as_code():
    with pytest.raises(ValidationError) as refusal:
        validate_nir("185017505600150")

    assert refusal.value.code == "cle"
    assert "185017505600150" not in str(refusal.value)
