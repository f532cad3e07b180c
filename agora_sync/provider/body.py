"""Step 15: the body against the contract, all errors at once, each with its path and none with its value."""

import copy

from lxml import etree

from agora_sync import contract
from agora_sync.contract import Version
from agora_sync.contract.wire import internal_form
from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal

STEP = 15
MAX_REPORTED = 50
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_SENTENCES = (
    ("ELEMENT_CONTENT", "Un élément attendu manque, ou un élément n’est pas à sa place."),
    ("ENUMERATION", "La valeur n’est pas dans la liste de codes."),
    ("PATTERN", "La valeur n’a pas la forme attendue."),
    ("LENGTH", "La valeur est trop courte ou trop longue."),
    ("INCLUSIVE", "La valeur est hors des bornes."),
    ("DIGITS", "La valeur a trop de chiffres ou de décimales."),
    ("DATATYPE", "La valeur n’a pas le type attendu."),
    ("ATTRIBUTE", "Cet attribut n’est pas prévu."),
)
_OTHERWISE = "Ce contenu n’est pas conforme au contrat."


def validated_body(element: etree._Element, version: Version) -> etree._Element:
    """The operation element alone, valid against that version's schema, under the names that the code knows.

    Raises SOAPRefusal (SchemaInvalide).
    """
    body = _alone(element)
    schema = contract.schema(version)
    if schema.validate(body):
        return internal_form(body, version)
    errors = [*schema.error_log]  # type: ignore[misc]  # the stubs forget that it is iterable
    details = _details(body, errors)
    reason = " | ".join(f"{error.path}: {error.message}" for error in errors[:MAX_REPORTED])
    raise SOAPRefusal(FaultCode.SCHEMA, STEP, reason, details=details)


def _alone(element: etree._Element) -> etree._Element:
    body = copy.deepcopy(element)
    body.tail = None
    for node in body.iter(etree.Element):
        # The validator would go and fetch the schema that the message names.
        for name in ("schemaLocation", "noNamespaceSchemaLocation"):
            node.attrib.pop(f"{_XSI}{name}", "")
    return body


def _details(body: etree._Element, errors: list[etree._LogEntry]) -> list[FaultDetail]:
    prefixes = prefixes_of(body)
    # A wrong value is reported twice, by its facet then by its type: the facet says more.
    first: dict[str, etree._LogEntry] = {}
    for error in errors:
        first.setdefault(error.path or "", error)
    details: dict[str, FaultDetail] = {}
    for path, error in first.items():
        readable = readable_path(body, path, prefixes)
        details.setdefault(readable, FaultDetail(FaultCode.SCHEMA, readable, _sentence(error)))
        if len(details) == MAX_REPORTED:
            break
    return list(details.values())


def _sentence(error: etree._LogEntry) -> str:
    return next((sentence for mark, sentence in _SENTENCES if mark in error.type_name), _OTHERWISE)


def prefixes_of(body: etree._Element) -> dict[str, str]:
    """The prefixes that a message gave to its namespaces, as the validator's paths use them."""
    return {prefix: uri for node in body.iter(etree.Element) for prefix, uri in node.nsmap.items() if prefix}


def readable_path(body: etree._Element, path: str, prefixes: dict[str, str]) -> str:
    """The path in names (`/CreerDossier/titulaire/nir`), whatever prefixes the message uses."""
    try:
        found = body.getroottree().xpath(path, namespaces=prefixes)
    except etree.XPathError:
        found = []
    first = found[0] if isinstance(found, list) and found else body
    node = first if isinstance(first, etree._Element) else body
    names = [_step(step) for step in [node, *node.iterancestors()]]
    return "/" + "/".join(reversed(names))


def _step(node: etree._Element) -> str:
    name = etree.QName(node).localname
    parent = node.getparent()
    alike = parent.findall(node.tag) if parent is not None else [node]
    return f"{name}[{alike.index(node) + 1}]" if len(alike) > 1 else name
