"""One writing of a number and of an address."""

import pytest

from accounts.rules.contact_points import canonical_address, canonical_phone, is_same_phone


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("0612345678", "06 12 34 56 78"),
        ("06.12.34.56.78", "06 12 34 56 78"),
        ("+33 6 12 34 56 78", "06 12 34 56 78"),
        ("+33 (0)6 12 34 56 78", "06 12 34 56 78"),
        ("0033612345678", "06 12 34 56 78"),
        ("0692 12 34 56", "06 92 12 34 56"),
        ("+32 470 12 34 56", "+32470123456"),
        ("+262 692 12 34 56", "+262692123456"),
    ],
)
def test_phone_however_typed_is_written_once(typed, written):
    assert canonical_phone(typed) == written


@pytest.mark.parametrize("typed", ["", "06 12 34 56", "00 12 34", "+0612345678", "06 12 34 56 78 90", "six"])
def test_phone_that_is_none_is_refused(typed):
    with pytest.raises(ValueError, match="telephone"):
        canonical_phone(typed)


def test_same_phone_in_two_writings_is_recognised_and_nothing_is_like_nothing():
    assert is_same_phone("+33612345678", "06 12 34 56 78")
    assert not is_same_phone("06 12 34 56 78", "06 12 34 56 79")
    assert not is_same_phone("", "")


def test_address_keeps_its_lines_without_the_empty_ones():
    assert canonical_address("  3  rue Haute \n\n 20000 Ajaccio ") == "3 rue Haute\n20000 Ajaccio"


@pytest.mark.parametrize("typed", ["20000 Ajaccio", "x" * 39 + "\n20000 Ajaccio", "\n".join("abcdef")])
def test_address_that_no_envelope_bears_is_refused(typed):
    with pytest.raises(ValueError, match="postal"):
        canonical_address(typed)
