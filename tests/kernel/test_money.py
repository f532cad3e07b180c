"""Integer cents and minutes, their spelling and their rounding."""

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpa_portal.kernel.money import (
    InvalidAmount,
    ceil_to_cent,
    euros,
    floor_to_cent,
    format_euros,
    format_hours,
    hours,
    parse_euros,
    round_half_up_to_cent,
)
from cpa_portal.kernel.money.parsing import MAXIMUM_CENTS


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "0,00 €"),
        (5, "0,05 €"),
        (123_456, "1 234,56 €"),
        (500_000_000, "5 000 000,00 €"),
        (-1_050, "−10,50 €"),
        (-5, "−0,05 €"),
    ],
)
def test_format_euros_reads_as_french_typography_wants(cents, text):
    assert format_euros(cents) == text.replace(" ", "\u202f")


def test_format_euros_signed_shows_plus_only_for_a_gain():
    assert format_euros(100, signed=True).startswith("+1,00")
    assert format_euros(-100, signed=True).startswith("−1,00")
    assert format_euros(0, signed=True).startswith("0,00")


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(1_440, "24 h"), (1_470, "24 h 30"), (1_445, "24 h 05"), (45, "45 min"), (0, "0 h"), (-90, "−1 h 30"),
     (90_000, "1 500 h")],
)  # fmt: skip
def test_format_hours_reads_as_in_french(minutes, text):
    assert format_hours(minutes) == text.replace(" ", "\u202f")


@given(st.integers(-(10**12), 10**12))
def test_parse_euros_reads_back_what_is_shown(cents):
    shown = format_euros(cents)

    assert parse_euros(shown, negative=True, maximum_cents=10**12) == cents


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("12,50", 1250), ("12.50", 1250), ("12,5", 1250), ("12", 1200), ("0", 0), ("1 250", 125_000),
     ("1\u202f250,00\u202f€", 125_000), (" 12,50 € ", 1250), ("007", 700)],
)  # fmt: skip
def test_parse_euros_usual_spelling_gives_cents(typed, cents):
    assert parse_euros(typed) == cents


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "form"), ("€", "form"), ("douze", "form"), ("12,", "form"), (",50", "form"), ("1 2", "form"),
        ("1 2500", "form"), ("1.234,56", "form"), ("1,234.56", "form"), ("1e9", "form"), ("+12", "form"),
        ("NaN", "form"), ("1_000", "form"), ("１２", "form"), ("٣", "form"), ("12 $", "form"),
        ("--1", "form"), ("12,505", "decimals"), ("1.250", "decimals"), ("-1", "negative"),
        ("−12,50", "negative"), ("9" * 12, "too_large"), ("9" * 10_000, "too_large"),
    ],
)  # fmt: skip
def test_parse_euros_anything_else_is_refused_with_a_sentence(typed, code):
    with pytest.raises(InvalidAmount) as refusal:
        parse_euros(typed)

    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def test_parse_euros_stops_at_the_given_maximum():
    assert parse_euros("500", maximum_cents=50_000) == 50_000
    with pytest.raises(InvalidAmount):
        parse_euros("500,01", maximum_cents=50_000)


@given(st.text(max_size=12))
def test_parse_euros_any_text_is_cents_or_refused(typed):
    with suppress(InvalidAmount):
        assert parse_euros(typed) in range(MAXIMUM_CENTS + 1)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [((5_000,), 500_000), ((12, 50), 1_250), (("12.50",), 1_250), ((Decimal("0.01"),), 1), ((-3,), -300)],
)
def test_euros_gives_cents(amount, cents):
    assert euros(*amount) == cents


@pytest.mark.parametrize("amount", [12.5, True, None])
def test_euros_of_a_float_is_refused(amount):
    with pytest.raises(TypeError):
        euros(amount)


@pytest.mark.parametrize("amount", [("12.505",), (12, 100), (-1, 50)])
def test_euros_beyond_cents_is_refused(amount):
    with pytest.raises(ValueError, match=r"decimals|cents"):
        euros(*amount)


def test_hours_gives_minutes():
    assert hours(24) == 1_440
    assert hours(24, 30) == 1_470
    with pytest.raises(ValueError, match="minutes"):
        hours(1, 60)


@given(st.fractions())
def test_rounding_stays_within_a_cent_and_on_its_side(exact):
    assert 0 <= ceil_to_cent(exact) - exact < 1
    assert 0 <= exact - floor_to_cent(exact) < 1
    assert abs(round_half_up_to_cent(exact) - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(("exact", "cents"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("-2.5", -3), ("2.49", 2)])
def test_round_half_up_to_cent_sends_a_half_away_from_zero(exact, cents):
    assert round_half_up_to_cent(Decimal(exact)) == cents


@pytest.mark.parametrize("rounding", [ceil_to_cent, floor_to_cent, round_half_up_to_cent])
def test_rounding_a_float_is_refused(rounding):
    with pytest.raises(TypeError):
        rounding(0.1 + 0.2)
