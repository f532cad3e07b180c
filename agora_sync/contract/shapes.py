"""The XSD read as trees: what an element holds, in which order, how many times, with which codes.

The schema stays the one place where type, cardinality and code lists are written; this module only reads it. Names are
those that the code knows, whatever a version calls them: the newest one says all that the others say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from agora_sync import contract
from agora_sync.contract.versions import NEWEST, Version
from agora_sync.contract.wire import internal_name
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import collapsed, text_of

Wire = dict[str, Any]
_XSD = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True)
class Code:
    value: str
    label: str


@dataclass(frozen=True)
class Shape:
    """One element. `most` is None when unbounded; `codes` is empty when the type has no list."""

    name: str
    label: str
    type_name: str
    least: int
    most: int | None
    codes: tuple[Code, ...] = ()
    children: tuple[Shape, ...] = ()

    @property
    def is_repeated(self) -> bool:
        return self.most != 1

    @property
    def cardinality(self) -> str:
        return f"{self.least}..{'n' if self.most is None else self.most}"

    def child(self, name: str) -> Shape:
        """Raises LookupError when the schema has no such child."""
        for child in self.children:
            if child.name == name:
                return child
        raise LookupError(name)


@lru_cache(maxsize=64)
def element_shape(name: str, version: Version = NEWEST) -> Shape:
    """The shape of a global element (`CreerDossier`). Raises LookupError."""
    element = _declared("element", name, version)
    declared = element.find(f"{_XSD}complexType")
    return Shape(name, _label(element), name, 1, 1, (), _children(declared, version))


@lru_cache(maxsize=64)
def type_shape(name: str, version: Version = NEWEST) -> Shape:
    """The shape of an element of that complex type. Raises LookupError."""
    declared = _declared("complexType", name, version)
    return Shape(name, _label(declared), name, 1, 1, (), _children(declared, version))


def read_values(shape: Shape, element: etree._Element) -> Wire:
    """A validated element as nested values: texts, dicts, and lists where the schema lets an element repeat."""
    values: Wire = {}
    for child in shape.children:
        found = [_read(child, node) for node in element.iterchildren(ns.agora(child.name))]
        if found:
            values[child.name] = found if child.is_repeated else found[0]
    return values


def in_order(shape: Shape, values: Wire) -> Wire:
    """The same values in the order of the schema, which a sequence asks for; empty groups are left out."""
    ordered: Wire = {}
    for child in shape.children:
        value = values.get(child.name)
        if value is None or value in ({}, []):
            continue
        if child.children and isinstance(value, list):
            value = [in_order(child, item) for item in value]
        elif child.children:
            value = in_order(child, value)
        ordered[child.name] = value
    return ordered


def leaves(shape: Shape, path: str = "") -> dict[str, Shape]:
    """Path of each element without children, in the order of the schema."""
    found: dict[str, Shape] = {}
    for child in shape.children:
        below = f"{path}/{child.name}" if path else child.name
        found.update(leaves(child, below) if child.children else {below: child})
    return found


def _read(shape: Shape, node: etree._Element) -> Any:
    return read_values(shape, node) if shape.children else collapsed(text_of(node))


def _children(complex_type: etree._Element | None, version: Version) -> tuple[Shape, ...]:
    sequence = complex_type.find(f"{_XSD}sequence") if complex_type is not None else None
    if complex_type is None or sequence is None:
        return ()
    group = complex_type.get("name", "")
    return tuple(_shape(node, group, version) for node in sequence.iterchildren(f"{_XSD}element"))


def _shape(element: etree._Element, group: str, version: Version) -> Shape:
    most = element.get("maxOccurs", "1")
    type_name = (element.get("type") or "").rpartition(":")[2]
    declared = _types(version).get(type_name)
    return Shape(
        name=internal_name(group, element.get("name", ""), version),
        label=_label(element),
        type_name=type_name,
        least=int(element.get("minOccurs", "1")),
        most=None if most == "unbounded" else int(most),
        codes=_codes(declared),
        children=_children(declared, version),
    )


def _codes(declared: etree._Element | None) -> tuple[Code, ...]:
    listed = declared.iter(f"{_XSD}enumeration") if declared is not None else ()
    return tuple(Code(node.get("value", ""), _label(node)) for node in listed)


def _label(node: etree._Element) -> str:
    return collapsed(text_of(node.find(f"{_XSD}annotation/{_XSD}documentation")))


def _declared(kind: str, name: str, version: Version) -> etree._Element:
    for root in _schemas(version):
        for node in root.iterchildren(f"{_XSD}{kind}"):
            if node.get("name") == name:
                return node
    raise LookupError(name)


@lru_cache(maxsize=8)
def _types(version: Version) -> dict[str, etree._Element]:
    kinds = (f"{_XSD}simpleType", f"{_XSD}complexType")
    return {node.get("name", ""): node for root in _schemas(version) for node in root.iterchildren(*kinds)}


@lru_cache(maxsize=8)
def _schemas(version: Version) -> tuple[etree._Element, ...]:
    return tuple(etree.parse(str(version.folder / name)).getroot() for name in contract.SCHEMA_NAMES)
