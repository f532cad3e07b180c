"""Which items an answer disclosed, under the names of the data dictionary."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from agora_sync.contract import Version
from agora_sync.contract.dictionary import items_by_path
from agora_sync.contract.shapes import element_shape, leaves
from agora_sync.contract.wire import internal_form
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import XMLRefused, parse

# What every answer bears, and no dictionary of files names.
_OF_EVERY_ANSWER = {
    "identifiantRequete": "Identifiant de la requête",
    "empreinteRequete": "Empreinte de la requête",
}


@dataclass(frozen=True)
class DisclosedItem:
    """One item of an answer: its path in the message, its name in the dictionary, how many times it was given."""

    path: str
    label: str
    family: str
    times: int


def disclosed_items(message: bytes) -> list[DisclosedItem]:
    """The items of an answer, in the order of the message; none for a fault or bytes that are no answer of ours."""
    answer = answer_element(message)
    version = Version.of_namespace(etree.QName(answer).namespace) if answer is not None else None
    if answer is None or version is None:
        return []
    # The dictionary goes by the names that the code knows, whatever the version answered.
    answer = internal_form(answer, version)
    counted: dict[str, int] = {}
    for node in answer.iter(etree.Element):
        if not len(node) and (node.text or "").strip():
            path = _path(node, answer)
            counted[path] = counted.get(path, 0) + 1
    labels = _labels(etree.QName(answer).localname)
    return [_item(path, times, labels) for path, times in counted.items()]


def answer_element(message: bytes) -> etree._Element | None:
    """The first element of the body, a fault included; None for bytes that are no envelope."""
    try:
        body = parse(message).find(ns.soap("Body"))
    except XMLRefused:
        return None
    return next(body.iterchildren(etree.Element), None) if body is not None else None


def _path(node: etree._Element, answer: etree._Element) -> str:
    above = [a for a in node.iterancestors() if a is not answer and answer in a.iterancestors()]
    return "/".join(etree.QName(step).localname for step in [*reversed(above), node])


def _labels(answer_name: str) -> dict[str, str]:
    try:
        return {path: shape.label for path, shape in leaves(element_shape(answer_name)).items()}
    except LookupError:
        return {}


def _item(path: str, times: int, labels: dict[str, str]) -> DisclosedItem:
    known = items_by_path().get(path.removeprefix("dossier/"))
    if known is not None:
        return DisclosedItem(path, known.label, known.family_label, times)
    return DisclosedItem(path, labels.get(path) or _OF_EVERY_ANSWER.get(path, path), "", times)
