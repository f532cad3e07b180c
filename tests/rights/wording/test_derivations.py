"""Numbers of a derivation, in words: the unit is always said, what does not end stays a fraction."""

from fractions import Fraction

import pytest

from rights.rules.derivation import Measure, Operand, Operation, Rounding, Step, recomputed
from rights.wording.derivations import ROUNDINGS, format_exact, format_formula

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
        (Fraction(600, 1607), Measure.RATIO, f"600/1607 (≈ 37,3367{SPACE}%)"),
        (Fraction(3, 10), Measure.RATIO, f"3/10 (30{SPACE}%)"),
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


def step(operation, *operands, unit=Measure.CENTS, rounding=Rounding.NONE):
    """A step whose operands are pairs of value and unit."""
    quoted = tuple(Operand("", value, measure) for value, measure in operands)
    draft = Step("Essai", 0, unit, operation=operation, operands=quoted, rounding=rounding)
    return Step("Essai", recomputed(draft), unit, operation=operation, operands=quoted, rounding=rounding)


CENTS, MINUTES, RATIO = Measure.CENTS, Measure.MINUTES, Measure.RATIO


@pytest.mark.parametrize(
    ("done", "text"),
    [
        (
            step(Operation.PRODUCT, (50_000, CENTS), (Fraction(3, 10), RATIO), rounding=Rounding.CENT_UP),
            "500,00 € × 3/10 (30 %) = 150,00 €",
        ),
        (
            step(Operation.PRODUCT, (50_000, CENTS), (Fraction(1, 3), RATIO), rounding=Rounding.CENT_UP),
            "500,00 € × 1/3 (≈ 33,3333 %) ≈ 166,6667 €, arrondi au centime supérieur : 166,67 €",
        ),
        (
            step(
                Operation.PRODUCT, (24 * 60, MINUTES), (Fraction(4, 5), RATIO), unit=MINUTES,
                rounding=Rounding.HOUR_UP,
            ),
            "24 h × 4/5 (80 %) = 19,2 h, arrondi à l’heure entière supérieure : 20 h",
        ),
        (step(Operation.ROOM, (500_000, CENTS), (470_000, CENTS)), "5 000,00 € − 4 700,00 € = 300,00 €"),
        (
            step(Operation.ROOM, (500_000, CENTS), (620_000, CENTS)),
            "5 000,00 € − 6 200,00 € : moins que zéro, donc 0,00 €",
        ),
        (
            step(Operation.SMALLEST, (50_000, CENTS), (30_000, CENTS), (40_000, CENTS)),
            "Le plus petit entre 500,00 €, 300,00 € et 400,00 € : 300,00 €",
        ),
        (
            step(Operation.AT_RATE, (60 * 24, MINUTES), (1500, Measure.CENTS_PER_HOUR)),
            "24 h × 15,00 € l’heure = 360,00 €",
        ),
        (step(Operation.SUM, (100, CENTS)), ""),
        (Step("Prix", 100), ""),
    ],
    ids=["exact", "decimals that do not end", "hours", "room", "no room", "smallest", "rate", "one", "fact"],
)  # fmt: skip
def test_formula_is_written_as_on_paper(done, text):
    assert format_formula(done).replace(SPACE, " ") == text
