"""The plain header of a local message: read only once it has exactly the form of the schema."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from lxml import etree

from agora_sync.contract import local
from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.provider.body import prefixes_of, readable_path
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import text_of

STEP = 6
_HARMLESS = (ns.soap("mustUnderstand"), ns.soap("actor"))


@dataclass(frozen=True)
class LocalCaller:
    """Who asks, as the business system says."""

    system: str
    subject: str
    roles: tuple[str, ...]


def read_caller(root: etree._Element, content: bytes) -> LocalCaller:
    """The caller of a parsed message. Raises SOAPRefusal with what is wrong and where, never with the value."""
    header = root.find(ns.soap("Header"))
    blocks = list(header) if header is not None else []
    if [block.tag for block in blocks] != [local.CALLER]:
        raise _refused("/Header", "L’en-tête doit contenir un seul élément : Appelant.")
    _require_plain_text(content)
    caller = _alone(blocks[0])
    schema = local.header_schema()
    if not schema.validate(caller):
        errors = [*schema.error_log]  # type: ignore[misc]  # the stubs forget that it is iterable
        prefixes = prefixes_of(caller)
        paths = dict.fromkeys(readable_path(caller, error.path or "", prefixes) for error in errors)
        raise _refused(*paths)
    texts = [(etree.QName(child).localname, text_of(child)) for child in caller]
    return LocalCaller(
        system=texts[0][1],
        subject=texts[1][1],
        roles=tuple(text for name, text in texts if name == "role"),
    )


def _require_plain_text(content: bytes) -> None:
    """A CDATA section says the same characters by another way: some readers would see another header."""
    # Read as it was read the first time, whatever its declaration says: us-ascii is accepted with accents.
    parser = etree.XMLParser(
        strip_cdata=False, resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
    )
    header = etree.fromstring(content, parser).find(ns.soap("Header"))
    if header is not None and b"<![CDATA[" in etree.tostring(header):
        raise _refused("/Appelant", "L’en-tête ne doit contenir aucune section CDATA.")


def _alone(block: etree._Element) -> etree._Element:
    caller = copy.deepcopy(block)
    caller.tail = None
    for name in _HARMLESS:
        caller.attrib.pop(name, "")
    if any(node.attrib for node in caller.iter(etree.Element)):
        # Among others, the schema that a message would have us fetch.
        raise _refused("/Appelant", "L’en-tête ne doit porter aucun attribut.")
    return caller


def _refused(*said: str) -> SOAPRefusal:
    """`said`: paths; or a path followed by its own sentence."""
    sentence = next((text for text in said if not text.startswith("/")), "")
    generic = "Cet élément de l’en-tête n’a pas la forme attendue (local.xsd)."
    paths = [text for text in said if text.startswith("/")]
    details = [FaultDetail(FaultCode.ENVELOPE, path, sentence or generic) for path in paths]
    return SOAPRefusal(FaultCode.ENVELOPE, STEP, f"local header: {', '.join(paths)}", details=details)
