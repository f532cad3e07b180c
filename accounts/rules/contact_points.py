"""How a telephone number and a postal address are written, whatever the way they are typed."""

from __future__ import annotations

import re
from datetime import timedelta

# How long the e-mail in force has to agree to a change.
ANSWERED_WITHIN = timedelta(days=2)

# ITU-T E.164: fifteen digits at most, the country's included.
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{7,14}")
NATIONAL = re.compile(r"0[1-9][0-9]{8}")
# NF Z 10-011: six lines of 38 characters, of which the first is the person's name.
MAX_LINES, MAX_LINE_LENGTH = 5, 38


def canonical_phone(text: str) -> str:
    """`06 12 34 56 78`, or `+32470123456` for a number abroad. Raises ValueError for what is not a number.

    A French number written `+33 6…` or `0033 6…` is the same as `06…`.
    """
    digits = re.sub(r"[\s.\-/()]", "", text)
    digits = re.sub(r"^00", "+", digits)
    digits = re.sub(r"^\+330?(?=[1-9][0-9]{8}$)", "0", digits)
    if NATIONAL.fullmatch(digits):
        return " ".join(re.findall("..", digits))
    if INTERNATIONAL.fullmatch(digits):
        return digits
    raise ValueError("not a telephone number")


def is_same_phone(one: str, other: str) -> bool:
    """Whether two writings are the same number; what is not a number is like nothing."""
    try:
        return canonical_phone(one) == canonical_phone(other)
    except ValueError:
        return False


def canonical_address(text: str) -> str:
    """The lines below the name, without empty ones. Raises ValueError: one line alone, or more than a letter bears."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    lines = [line for line in lines if line]
    if not 2 <= len(lines) <= MAX_LINES or any(len(line) > MAX_LINE_LENGTH for line in lines):
        raise ValueError("not a postal address")
    return "\n".join(lines)
