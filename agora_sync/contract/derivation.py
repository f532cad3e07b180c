"""The files of a later version, made from those of the first one and from the table of what it changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from fnmatch import fnmatch

from lxml import etree

from agora_sync.contract.versions import Added, Renamed, Version, changes_of

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_XML_FILES = ("agora.wsdl", "operations.xsd", "types.xsd", "faults.xsd")
_ITEMS = "items.csv"


def derived_files(version: Version) -> dict[str, bytes]:
    """Name and content of each file of that version."""
    return {
        **{name: _derived_document(name, version) for name in _XML_FILES},
        _ITEMS: _derived_items(version).encode(),
    }


def _derived_document(name: str, version: Version) -> bytes:
    root = etree.fromstring(_first_version_of(name, version))
    changes = changes_of(version)
    for renamed in changes.renamed:
        _rename(root, renamed)
    for added in changes.added:
        for sequence in _sequences(root, added):
            _add(sequence, added)
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8") + b"\n"


def _first_version_of(name: str, version: Version) -> bytes:
    first, number = Version.V1, version.value.removeprefix("v")
    text = (first.folder / name).read_text(encoding="utf-8")
    for old, new in (
        (first.namespace, version.namespace),
        (f"/agora/{first.value}/", f"/agora/{version.value}/"),
        ("version 1. Le contrat", f"version {number}. Le contrat"),
    ):
        text = text.replace(old, new)
    return text.encode()


def _rename(root: etree._Element, renamed: Renamed) -> None:
    for group in root.iterchildren(f"{_XSD}complexType"):
        for node in group.iter(f"{_XSD}element"):
            if (group.get("name"), node.get("name")) == (renamed.group, renamed.old):
                node.set("name", renamed.new)


def _sequences(root: etree._Element, added: Added) -> Iterator[etree._Element]:
    for kind, wanted in (("complexType", added.group), ("element", added.element)):
        for declared in root.iterchildren(f"{_XSD}{kind}"):
            if wanted and fnmatch(declared.get("name", ""), wanted):
                yield next(declared.iter(f"{_XSD}sequence"))


def _add(sequence: etree._Element, added: Added) -> None:
    before = next(node for node in sequence if node.get("name") == added.after)
    element = etree.Element(f"{_XSD}element", {"name": added.name, "type": added.type})
    if added.least == 0:
        element.set("minOccurs", "0")
    documentation = etree.SubElement(etree.SubElement(element, f"{_XSD}annotation"), f"{_XSD}documentation")
    documentation.set("{http://www.w3.org/XML/1998/namespace}lang", "fr")
    documentation.text = added.label
    element.tail = before.tail
    if before.getnext() is None:
        before.tail = sequence.text
    before.addnext(element)


def _derived_items(version: Version) -> str:
    first = (Version.V1.folder / _ITEMS).read_text(encoding="utf-8")
    reader = csv.DictReader(io.StringIO(first), delimiter=";")
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, reader.fieldnames or [], delimiter=";", lineterminator="\n")
    writer.writeheader()
    changes = changes_of(version)
    added = {row.after: row for row in changes.added if row.item}
    new_names = {f"{row.within}/{row.old}": f"{row.within}/{row.new}" for row in changes.renamed}
    for line in reader:
        path = line["chemin"]
        writer.writerow({**line, "chemin": new_names.get(path, path)})
        if path in added:
            writer.writerow({"chemin": added[path].name, **added[path].item})
    return sheet.getvalue()
