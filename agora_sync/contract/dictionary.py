"""The data dictionary: each item of a file, who writes it, who may overwrite it, who receives it.

Type, cardinality, code list, label and operations are read from the XSD; `items.csv`, beside it, adds what a schema
cannot say. Page, CSV and the filter of answers all come from here.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from agora_sync.contract import Operation
from agora_sync.contract.shapes import Code, Shape, Wire, element_shape, leaves, type_shape
from agora_sync.contract.versions import NEWEST, Version
from agora_sync.contract.wire import internal_path
from agora_sync.enums import PartnerKind

FILE_NAME = "items.csv"
# Written by AGORA itself.
AGORA = "agora"
FAMILIES = {
    "1": "1. Identification du titulaire",
    "2": "2. Action de formation",
    "3": "3. Entrée, interruptions, sortie, résultat",
    "4": "4. Parcours professionnel",
    "5": "5. Parcours de formation",
    "6": "6. Mandats électifs",
    "financement": "Financement",
}


class Overwriting(StrEnum):
    """Who may replace a value that is already there."""

    NOBODY = "personne"
    AUTHOR = "auteur"
    CONTRIBUTORS = "contributeurs"


@dataclass(frozen=True)
class Item:
    """One item. `path` starts inside `Dossier` (or at `titulaire`, which requests carry), under the code's names.

    `wire_path` is the same under those of its version.
    """

    path: str
    wire_path: str
    label: str
    type_name: str
    cardinality: str
    codes: tuple[Code, ...]
    family: str
    writers: frozenset[str]
    overwriting: Overwriting
    recipients: frozenset[str]
    in_requests: tuple[Operation, ...]
    in_answers: tuple[Operation, ...]

    @property
    def family_label(self) -> str:
        return FAMILIES[self.family]


@lru_cache(maxsize=8)
def items(version: Version = NEWEST) -> tuple[Item, ...]:
    """Every item, in the order of the contract."""
    shapes = _shapes(version)
    with (version.folder / FILE_NAME).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    paths = [internal_path(row["chemin"], version) for row in rows]
    return tuple(_item(path, row, shapes[path], version) for path, row in zip(paths, rows, strict=True))


@lru_cache(maxsize=1)
def items_by_path() -> dict[str, Item]:
    return {item.path: item for item in items()}


def rule_of(path: str) -> Item:
    """The item of a path; for a repeated group, written and replaced as a whole, its first item."""
    known = items_by_path()
    return known.get(path) or next(item for item in items() if item.path.startswith(f"{path}/"))


def receivable(values: Wire, kind: str) -> Wire:
    """What a recipient of that kind may receive of a file: the matrix, and what no answer may lack.

    A group that would lack what the schema requires of it is left out whole.
    """
    return _received(values, kind, type_shape("Dossier"), "", is_required=True)


def _received(values: Wire, kind: str, shape: Shape, path: str, *, is_required: bool) -> Wire:
    kept: Wire = {}
    for name, value in values.items():
        below, child = (f"{path}/{name}" if path else name), shape.child(name)
        needed = is_required and child.least > 0
        if child.children and isinstance(value, list):
            groups = [_group(item, kind, child, below, needed) for item in value]
            kept[name] = [group for group in groups if group]
        elif child.children:
            kept[name] = _group(value, kind, child, below, needed)
        elif needed or kind in items_by_path()[below].recipients:
            kept[name] = value
    return kept


def _group(values: Wire, kind: str, shape: Shape, path: str, is_required: bool) -> Wire:
    kept = _received(values, kind, shape, path, is_required=is_required)
    is_whole = all(child.name in kept for child in shape.children if child.least)
    return kept if is_whole else {}


def as_csv(version: Version = Version.V1) -> str:
    """The dictionary as a spreadsheet reads it: semicolons, one line an item."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=";", lineterminator="\r\n")
    kinds = [str(kind) for kind in PartnerKind]
    writer.writerow(
        ["chemin", "libelle", "type", "cardinalite", "codes", "famille_R6323_34", "ecrit_par", "ecrase_par"]
        + ["operations_requete", "operations_reponse"]
        + [f"destinataire_{kind}" for kind in kinds]
    )
    for item in items(version):
        writer.writerow(
            [
                item.wire_path,
                item.label,
                item.type_name,
                item.cardinality,
                " ".join(code.value for code in item.codes),
            ]
            + [item.family_label, " ".join(sorted(item.writers)), item.overwriting.value]
            + [" ".join(item.in_requests), " ".join(item.in_answers)]
            + ["oui" if kind in item.recipients else "non" for kind in kinds]
        )
    return sheet.getvalue()


def _item(path: str, row: dict[str, str], shape: Shape, version: Version) -> Item:
    return Item(
        path=path,
        wire_path=row["chemin"],
        label=shape.label,
        type_name=shape.type_name,
        cardinality=shape.cardinality,
        codes=shape.codes,
        family=row["famille"],
        writers=frozenset(row["ecrit_par"].split()),
        overwriting=Overwriting(row["ecrase_par"]),
        recipients=frozenset(row["destinataires"].split()),
        in_requests=tuple(operation for operation in Operation if _carries(operation.value, path, version)),
        in_answers=tuple(
            operation for operation in Operation if _carries(operation.answer_name, path, version)
        ),
    )


def _shapes(version: Version) -> dict[str, Shape]:
    person = {f"titulaire/{path}": shape for path, shape in leaves(type_shape("Titulaire", version)).items()}
    return {**person, **leaves(type_shape("Dossier", version))}


@lru_cache(maxsize=128)
def _leaf_paths(element: str, version: Version) -> frozenset[str]:
    return frozenset(path.removeprefix("dossier/") for path in leaves(element_shape(element, version)))


def _carries(element: str, path: str, version: Version) -> bool:
    """Whether a message holds the item: under its own path, or, for what happened to a file, under its bare name."""
    held = _leaf_paths(element, version)
    return path in held or any(path in {f"suivi/{name}", f"suivi/interruption/{name}"} for name in held)
