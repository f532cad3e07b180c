"""Round graduations, computed on integers: a library's own would fall between two cents."""

from collections.abc import Iterator, Sequence
from itertools import count

GRADUATIONS = 6


def ticks(values: Sequence[int], unit: int) -> list[int]:
    """Graduations from zero, or below, to the highest value or just above; multiples of `unit`, six at most."""
    lowest, highest = min([0, *values]), max([unit, *values])
    step = next(step for step in _steps(unit) if _span(lowest, highest, step) < GRADUATIONS)
    first = lowest // step
    return [step * (first + rank) for rank in range(_span(lowest, highest, step) + 1)]


def _span(lowest: int, highest: int, step: int) -> int:
    return -(-highest // step) - lowest // step


def _steps(unit: int) -> Iterator[int]:
    return (unit * factor * 10**power for power in count() for factor in (1, 2, 5))
