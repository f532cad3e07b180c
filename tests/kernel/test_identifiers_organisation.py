"""SIREN, SIRET, NDA and certification codes."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from cpa_portal.kernel.identifiers import (
    Cause,
    InvalidIdentifier,
    Register,
    certification_code,
    fictitious_siret,
    normalise_nda,
    normalise_siren,
    normalise_siret,
    rncp_code,
    rs_code,
    validate_certification_code,
    validate_nda,
    validate_siren,
    validate_siret,
)


@pytest.mark.parametrize("value", ["732 829 320 00074", "73282932000074", "11000007200014"])
def test_normalise_siret_valid_value_gives_digits(value):
    assert normalise_siret(value) == value.replace(" ", "")


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("35600000000048", True),  # head office: Luhn
        ("35600000049837", True),  # post office: sum of digits 45
        ("35600000049836", False),
        ("35600000000049", False),
    ],
)
def test_normalise_siret_of_la_poste_follows_its_own_key(value, accepted):
    if accepted:
        assert normalise_siret(value) == value
    else:
        with pytest.raises(InvalidIdentifier):
            normalise_siret(value)


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("", Cause.LENGTH),
        ("7328293200007", Cause.LENGTH),
        ("732829320000740", Cause.LENGTH),
        ("73282932000079", Cause.KEY),
        ("7328293200007A", Cause.CHARACTERS),
        ("７３２８２９３２００００７４", Cause.CHARACTERS),
        ("732.829.320.00074", Cause.CHARACTERS),
        ("00000000000000", Cause.ZEROS),
        ("00000000000018", Cause.ZEROS),
    ],
)
def test_normalise_siret_wrong_value_names_its_cause(value, cause):
    with pytest.raises(InvalidIdentifier) as refusal:
        normalise_siret(value)

    assert refusal.value.cause is cause
    assert len(value) < 5 or value not in refusal.value.message


def test_normalise_siren_checks_key_and_zeros():
    assert normalise_siren("732 829 320") == "732829320"
    for wrong in ("732829321", "000000000", "73282932"):
        with pytest.raises(InvalidIdentifier):
            normalise_siren(wrong)


@given(st.integers(0, 99_999), st.integers(1, 9_999))
def test_fictitious_siret_is_always_valid(serial, establishment):
    siret = fictitious_siret(serial, establishment=establishment)

    assert normalise_siret(siret) == siret
    assert normalise_siren(siret[:9]) == siret[:9]


@pytest.mark.parametrize("value", ["11755555555", "11 75 55555 55", "942A0123456", "942b0123456"])
def test_normalise_nda_eleven_characters_are_accepted(value):
    assert normalise_nda(value) == value.replace(" ", "").upper()


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("", Cause.LENGTH),
        ("1175555555", Cause.LENGTH),
        ("117555555555", Cause.LENGTH),
        ("1175555555X", Cause.CHARACTERS),
        ("2A755555555", Cause.CHARACTERS),
        ("00000000000", Cause.ZEROS),
        ("99999999999", Cause.SPECIMEN),
    ],
)
def test_normalise_nda_wrong_value_names_its_cause(value, cause):
    with pytest.raises(InvalidIdentifier) as refusal:
        normalise_nda(value)

    assert refusal.value.cause is cause


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("RNCP25730", "RNCP25730"),
        ("rncp 25730", "RNCP25730"),
        ("RNCP025730", "RNCP25730"),
        ("RS5695", "RS5695"),
        ("rs1", "RS1"),
    ],
)
def test_certification_code_any_spelling_gives_one(value, code):
    assert certification_code(value) == code


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("25730", Cause.PREFIX),
        ("", Cause.PREFIX),
        ("CPF25730", Cause.PREFIX),
        ("RNCP", Cause.PREFIX),
        ("RNCP25730BC01", Cause.PREFIX),
        ("RNCP0", Cause.ZEROS),
        ("RNCP12345678", Cause.LENGTH),
        ("RNCP２５７３０", Cause.CHARACTERS),
    ],
)
def test_certification_code_wrong_value_names_its_cause(value, cause):
    with pytest.raises(InvalidIdentifier) as refusal:
        certification_code(value)

    assert refusal.value.cause is cause


def test_certification_code_bare_number_follows_the_field():
    assert rncp_code("25730") == "RNCP25730"
    assert rs_code("5695") == "RS5695"
    assert certification_code("474", register=Register.RNCP) == "RNCP474"


def test_certification_code_of_the_other_register_is_refused():
    with pytest.raises(InvalidIdentifier, match="RNCP est attendu"):
        rncp_code("RS5695")


@pytest.mark.parametrize(
    ("validate", "good", "wrong"),
    [
        (validate_siren, "732829320", "732829321"),
        (validate_siret, "73282932000074", "73282932000079"),
        (validate_nda, "11755555555", "1175555555"),
        (validate_certification_code, "RS5695", "5695"),
    ],
)
def test_validators_accept_and_refuse_without_quoting(validate, good, wrong):
    validate(good)

    with pytest.raises(ValidationError) as refusal:
        validate(wrong)

    assert wrong not in str(refusal.value)
