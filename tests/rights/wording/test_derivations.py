"""Numbers of a derivation, in words: the unit is always said, what does not end stays a fraction."""

from fractions import Fraction

import pytest

from rights.rules.derivation import Measure, Rounding
from rights.wording.derivations import ROUNDINGS, format_exact

SPACE = "\u202f"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (500_00, Measure.CENTS, f"500,00{SPACE}€"),
        (24 * 60, Measure.MINUTES, f"24{SPACE}h"),
        (8, Measure.POINTS, f"8{SPACE}points"),
        (1500, Measure.CENTS_PER_HOUR, f"15,00{SPACE}€ l’heure"),
        (500_00, Measure.CENTS_PER_POINT, f"500,00{SPACE}€ le point"),
        (25 * 60, Measure.MINUTES_PER_POINT, f"25{SPACE}h par point"),
        (Fraction(600, 1607), Measure.RATIO, "600/1607"),
        (Fraction(2), Measure.RATIO, "2"),
        (1, Measure.YEARS, f"1{SPACE}an"),
        (3, Measure.QUARTERS, f"3{SPACE}trimestres"),
        (Fraction(1, 3), Measure.CENTS, "1/3 centime"),
    ],
)
def test_format_exact_says_the_number_and_its_unit(value, unit, text):
    assert format_exact(value, unit) == text


def test_every_rounding_has_words():
    assert set(ROUNDINGS) == set(Rounding) - {Rounding.NONE}
