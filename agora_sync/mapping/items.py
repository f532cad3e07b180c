"""A training as the contract writes it, item by item: what two sides are compared and merged on. Pure."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import lru_cache

from agora_sync.contract.dictionary import items_by_path
from agora_sync.contract.shapes import Wire, type_shape
from agora_sync.mapping.codes import funder_from_wire
from agora_sync.mapping.requests import formation_values
from rights.facts import TrainingFileFacts

FUNDINGS = "formation/financement"
ENTRY = "dateEntree"
_FUNDER = f"{FUNDINGS}/typeFinanceur"
# Written with or without spaces and capitals, they say the same thing.
_IDENTIFIERS = frozenset(
    {"formation/codeCertification", "formation/organisme/siret", "formation/organisme/nda"}
)


def comparable_items(facts: TrainingFileFacts) -> dict[str, str]:
    """Text of each item by its path in the dictionary; what is not known is not there.

    The parts of the price are one item: they are replaced together.
    """
    values = formation_values(facts)
    parts = values.pop("financement", [])
    found = {path: _written(path, value) for path, value in _leaves(values, "formation")}
    if parts:
        found[FUNDINGS] = _fundings(parts)
    if facts.entered_on is not None:
        found[ENTRY] = facts.entered_on.isoformat()
    return found


@lru_cache(maxsize=256)
def item_label(path: str) -> str:
    """How the dictionary calls an item; empty for what is not one (the state of a whole file)."""
    if path == FUNDINGS:
        return "Parts du prix, par financeur"
    if path == "etat":
        return "État du dossier"
    item = items_by_path().get(path)
    return item.label if item else ""


def in_words(text: str) -> str:
    """A value as people read it: a state of the contract by its label (`ANNULE`: « Annulé »), the rest as it is."""
    return _states().get(text, text)


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    return {code.value: code.label for code in type_shape("Dossier").child("etat").codes}


def _leaves(values: Wire, path: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in values.items():
        below = f"{path}/{name}"
        found += _leaves(value, below) if isinstance(value, dict) else [(below, value)]
    return found


def _written(path: str, value: object) -> str:
    text = str(value)
    return "".join(text.split()).upper() if path in _IDENTIFIERS else text


def _fundings(parts: list[Wire]) -> str:
    """`2 : 300.00 ; 10 : 200.00`, by code. Codes that we do not tell apart are one: AGORA may write another of them."""
    sums: Counter[str] = Counter()
    for part in parts:
        sums[funder_from_wire(part["typeFinanceur"]).lheo_code] += int(Decimal(part["montant"]) * 100)
    labels = {code.value: code.label for code in items_by_path()[_FUNDER].codes}
    return " ; ".join(
        f"{labels.get(code, code)} : {Decimal(cents).scaleb(-2)}" for code, cents in sorted(sums.items())
    )
