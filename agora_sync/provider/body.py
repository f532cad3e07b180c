"""Step 15: the body against the contract, all errors at once, each with its path and none with its value."""

import copy

from lxml import etree

from agora_sync import contract
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


def validated_body(element: etree._Element) -> etree._Element:
    """The operation element alone, valid against the schema. Raises SOAPRefusal (SchemaInvalide)."""
    body = _alone(element)
    schema = contract.schema()
    if schema.validate(body):
        return body
    errors = [*schema.error_log]  # type: ignore[misc]  # the stubs forget that it is iterable
    details = _details(body, errors)
    reason = " | ".join(f"{error.path}: {error.message}" for error in errors[:MAX_REPORTED])
    raise SOAPRefusal(FaultCode.SCHEMA, STEP, reason, details=details[:MAX_REPORTED])


def _alone(element: etree._Element) -> etree._Element:
    body = copy.deepcopy(element)
    body.tail = None
    for node in body.iter(etree.Element):
        # The validator would go and fetch the schema that the message names.
        for name in ("schemaLocation", "noNamespaceSchemaLocation"):
            node.attrib.pop(f"{_XSI}{name}", "")
    return body


def _details(body: etree._Element, errors: list[etree._LogEntry]) -> list[FaultDetail]:
    # A wrong value is reported twice, by its facet then by its type: the facet says more.
    by_path: dict[str, FaultDetail] = {}
    for error in errors:
        path = _readable_path(body, error.path or "")
        by_path.setdefault(path, FaultDetail(FaultCode.SCHEMA, path, _sentence(error)))
    return list(by_path.values())


def _sentence(error: etree._LogEntry) -> str:
    return next((sentence for mark, sentence in _SENTENCES if mark in error.type_name), _OTHERWISE)


def _readable_path(body: etree._Element, path: str) -> str:
    """The path in names (`/CreerDossier/titulaire/nir`), whatever prefixes the message uses."""
    prefixes = {
        prefix: uri for node in body.iter(etree.Element) for prefix, uri in node.nsmap.items() if prefix
    }
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
