"""Parsing of what a stranger sent: no DTD, no entity, no network, bounded depth."""

import re

from lxml import etree

# An exchange needs about fifteen levels (envelope, assertion, signature); libxml2 itself stops at 256.
MAX_DEPTH = 60
_TOO_DEEP = etree.XPath("boolean(" + "/".join(["", *["*"] * (MAX_DEPTH + 1)]) + ")")
# Ordinary clients write a dozen on their envelope. The parser and canonicalisation take the square of these numbers:
# a message of 1 MiB made of attributes would hold a processor for a minute.
MAX_ATTRIBUTES = 128
MAX_NAMESPACES = 2_000
# From one tag to the next: `<` cannot be in the value of an attribute. The text between two tags may hold equals signs.
_MANY_EQUALS = re.compile(rb"<(?:[^<=]*=){%d}[^<]*" % (MAX_ATTRIBUTES + 1))
_ATTRIBUTE = re.compile(rb"=\s*[\"']")
_XML_SPACES = str.maketrans("\t\n\r", "   ")
_WHOLE_TEXT = etree.XPath("string()")
_PROLOG_PART = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_DECLARED_ENCODING = re.compile(rb"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]*)["']""")
UTF8_BOM = b"\xef\xbb\xbf"
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class XMLRefused(Exception):
    """The bytes are not a document that we accept. The reason is for the trace, never for the caller."""


class DoctypeRefused(XMLRefused):
    """A document type declaration: entities and external files come in by there."""


def is_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8 and the XML declaration, if any, says nothing else."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    declared = _DECLARED_ENCODING.match(body.removeprefix(UTF8_BOM))
    # US-ASCII is a part of UTF-8, and peers in Java declare it.
    return declared is None or declared[1].lower() in {b"utf-8", b"utf8", b"us-ascii"}


def parse(body: bytes) -> etree._Element:
    """The root of the document. Raises DoctypeRefused, or XMLRefused for everything else that is wrong."""
    if _announces_doctype(body):
        raise DoctypeRefused("document type declaration")
    _refuse_crowd(body)
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise XMLRefused(str(problem)) from None
    _refuse_excess(root)
    return root


def _refuse_crowd(body: bytes) -> None:
    # Counted before the parser sees anything: it is the parser that they slow down.
    if body.count(b"xmlns") > MAX_NAMESPACES:
        raise XMLRefused(f"more than {MAX_NAMESPACES} namespace declarations")
    if any(len(_ATTRIBUTE.findall(found[0])) > MAX_ATTRIBUTES for found in _MANY_EQUALS.finditer(body)):
        raise XMLRefused(f"more than {MAX_ATTRIBUTES} attributes on one element")


def _announces_doctype(body: bytes) -> bool:
    # Looked at before the parser sees anything, so that no entity is ever declared.
    position = len(UTF8_BOM) if body.startswith(UTF8_BOM) else 0
    while part := _PROLOG_PART.match(body, position):
        position = part.end()
    return body[position : position + 9].upper() == b"<!DOCTYPE"


def _refuse_excess(root: etree._Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise DoctypeRefused("document type declaration")
    if _TOO_DEEP(root.getroottree()):
        raise XMLRefused(f"more than {MAX_DEPTH} levels")
    # Canonicalisation is undefined for relative namespace names (Canonical XML 1.0, §1.3).
    for _, (_, name) in etree.iterwalk(root, events=("start-ns",)):
        if name and not _ABSOLUTE.match(name):
            raise XMLRefused("namespace name that is not absolute")


def text_of(element: etree._Element | None) -> str:
    """The whole text of an element, comments left out: `.text` stops at the first comment. Empty for None."""
    if element is None:
        return ""
    return str(_WHOLE_TEXT(element)) if len(element) else element.text or ""


def collapsed(text: str | None) -> str:
    """White space as XML Schema collapses it, for the types that do (anyURI, dateTime, token).

    Four characters only: a text of no-break spaces is one for the schema, and would be empty for `split()`.
    """
    return " ".join(filter(None, (text or "").translate(_XML_SPACES).split(" ")))
