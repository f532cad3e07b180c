"""Sets of spans of time, half-open, as sorted lists: union and difference. Nothing else is needed to lay openings."""

from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same set of instants, in order, with what overlaps or touches made one. Empty spans vanish."""
    result: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def without(spans: Iterable[Span], removed: Iterable[Span]) -> list[Span]:
    """What is left of the spans once the others are taken away, in order."""
    left = merged(spans)
    for start, end in merged(removed):
        left = [piece for span in left for piece in _pieces(span, start, end)]
    return left


def _pieces(span: Span, start: datetime, end: datetime) -> list[Span]:
    if span[1] <= start or end <= span[0]:
        return [span]
    before, after = (span[0], start), (end, span[1])
    return [piece for piece in (before, after) if piece[0] < piece[1]]


def within(spans: Iterable[Span], bounds: Span) -> list[Span]:
    """The parts of the spans that fall between two instants."""
    cut = ((max(start, bounds[0]), min(end, bounds[1])) for start, end in spans)
    return [piece for piece in cut if piece[0] < piece[1]]


def covers(spans: Iterable[Span], wanted: Span) -> bool:
    return not without([wanted], spans)
