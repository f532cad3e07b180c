"""Which rule a case asks for, by its keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from rights.parameters.types import LegalValues
from rights.scenarios.accounts import evaluate_account
from rights.scenarios.fundings import (
    evaluate_conversion,
    evaluate_funding,
    evaluate_public,
    evaluate_shared_hours,
    evaluate_theory,
)
from rights.scenarios.others import evaluate_delay, evaluate_interview, evaluate_prevention
from rights.scenarios.reading import Keys, Unreadable
from rights.scenarios.results import Outcome

THEMES = "ABCDEFGHIJKL"
CONVERSION_KEYS = ("to", "request", "private_eur", "main_activity")
PUBLIC_KEYS = ("inaptitude", "anticipation_years", "days")
PREVENTION_KEYS = ("use", "factors", "factor", "nights", "alternating_nights", "points", "used", "missing")


def evaluate(inputs: Any, *, theme: str, as_of: date | None, unit: str, values: LegalValues) -> Outcome:
    """The outcome of a case on that day (None: without date). Raises Unreadable, naming the key.

    `theme` is a letter of THEMES; it settles what a key alone leaves open (public service, points, delays).
    """
    if theme not in THEMES or len(theme) != 1:
        raise Unreadable(f"theme : attendu une lettre de {THEMES[0]} à {THEMES[-1]}, lu {theme!r}")
    keys = Keys(inputs)
    if "full_time_years" in keys:
        return evaluate_theory(keys, unit=unit, values=values)
    if as_of is None:
        raise Unreadable("as_of : attendu une date")
    try:
        return _by_keys(keys, theme, as_of, unit, values)
    except LookupError as error:
        raise Unreadable(f"aucune règle à cette date : {error}") from error
    except (ValueError, OverflowError) as error:
        raise (
            error if isinstance(error, Unreadable) else Unreadable(f"valeur impossible : {error}")
        ) from error


Evaluator = Callable[..., Outcome]


def _by_keys(keys: Keys, theme: str, as_of: date, unit: str, values: LegalValues) -> Outcome:
    for asked, evaluator in _WAYS:
        if asked(keys, theme):
            return evaluator(keys, as_of=as_of, unit=unit, values=values)
    return evaluate_account(keys, theme=theme, as_of=as_of, unit=unit, values=values)


# The first that applies; a whole account otherwise.
_WAYS: tuple[tuple[Callable[[Keys, str], bool], Evaluator], ...] = (
    (lambda keys, theme: "interview" in keys, evaluate_interview),
    (lambda keys, theme: theme == "K", evaluate_delay),
    (lambda keys, theme: "training_hours" in keys, evaluate_shared_hours),
    (lambda keys, theme: "cost" in keys, evaluate_funding),
    (lambda keys, theme: keys.any_of(*CONVERSION_KEYS), evaluate_conversion),
    (
        lambda keys, theme: theme == "J" or (keys.any_of(*PREVENTION_KEYS) and "activity" not in keys),
        evaluate_prevention,
    ),
    (lambda keys, theme: theme == "H" and keys.any_of(*PUBLIC_KEYS), evaluate_public),
)
