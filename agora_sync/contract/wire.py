"""Between the messages of each version and the one representation that the code knows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from lxml import etree

from agora_sync.contract.versions import NEWEST, Version, changes_of

# Answers already given are kept in the first version's namespace.
_INTERNAL = Version.V1
_Naming = Callable[[str, str], str]


def internal_form(element: etree._Element, version: Version) -> etree._Element:
    """A validated element of that version under the names that the code knows. Its comments are taken out of it.

    Whatever version and prefixes the same request comes with, this is the same.
    """
    # A comment would split a text in two.
    etree.strip_tags(element, etree.Comment, etree.ProcessingInstruction)
    return _rebuilt(element, _INTERNAL, _old_names(version))


def wire_form(answer: etree._Element, version: Version) -> etree._Element:
    """An answer as that version says it, in its namespace; what only later versions know is left out. A copy."""
    if version is not _INTERNAL:
        return _rebuilt(answer, version, _new_names(version))
    kept = copy.deepcopy(answer)
    for added in changes_of(NEWEST).added:
        for node in list(kept.iter(_INTERNAL.tag(added.name))):
            parent = node.getparent()
            if parent is not None:
                parent.remove(node)
    return kept


def wire_path(path: str, version: Version) -> str:
    """The path of an item (`/CreerDossier/formation/lieu`) under the names of that version."""
    return _renamed_path(path, _new_names(version))


def internal_path(path: str, version: Version) -> str:
    """The path of an item of that version under the names that the code knows."""
    return _renamed_path(path, _old_names(version))


def wire_values(values: dict[str, Any], version: Version) -> dict[str, Any]:
    """Nested values under the names of that version."""
    return _renamed_values(values, _new_names(version))


def internal_values(values: dict[str, Any], version: Version) -> dict[str, Any]:
    """Nested values of that version under the names that the code knows."""
    return _renamed_values(values, _old_names(version))


def internal_name(group: str, name: str, version: Version) -> str:
    """The name, for the code, of an item that the schema of that version declares in a complex type."""
    return next(
        (row.old for row in changes_of(version).renamed if (row.group, row.new) == (group, name)), name
    )


def _rebuilt(element: etree._Element, version: Version, name_of: _Naming) -> etree._Element:
    nsmap: Any = {None: version.namespace}
    root = etree.Element(version.tag(etree.QName(element).localname), _attributes(element), nsmap=nsmap)
    _fill(root, element, version, name_of)
    return root


def _fill(made: etree._Element, element: etree._Element, version: Version, name_of: _Naming) -> None:
    # Between elements there is but indentation: the same request indented otherwise is the same request.
    made.text = None if len(element) else element.text
    parent = etree.QName(element).localname
    for child in element:
        name = name_of(parent, etree.QName(child).localname)
        _fill(etree.SubElement(made, version.tag(name), _attributes(child)), child, version, name_of)


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _renamed_path(path: str, name_of: _Naming) -> str:
    steps = path.split("/")
    parents = ["", *(step.partition("[")[0] for step in steps)]
    return "/".join(name_of(parent, step) for parent, step in zip(parents, steps, strict=False))


def _renamed_values(values: dict[str, Any], name_of: _Naming, parent: str = "") -> dict[str, Any]:
    return {name_of(parent, name): _renamed(value, name_of, name) for name, value in values.items()}


def _renamed(value: Any, name_of: _Naming, name: str) -> Any:
    if isinstance(value, dict):
        return _renamed_values(value, name_of, name)
    return [_renamed(item, name_of, name) for item in value] if isinstance(value, list) else value


def _new_names(version: Version) -> _Naming:
    names = {(row.within, row.old): row.new for row in changes_of(version).renamed}
    return lambda parent, name: names.get((parent, name), name)


def _old_names(version: Version) -> _Naming:
    names = {(row.within, row.new): row.old for row in changes_of(version).renamed}
    return lambda parent, name: names.get((parent, name), name)
