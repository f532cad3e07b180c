"""The local contract: the operations of AGORA, under a plain header instead of a signed vector.

Its WSDL is that of AGORA with that header added to each request: nothing is written twice.
"""

import threading
from functools import lru_cache

from lxml import etree

from agora_sync import contract

NAMESPACE = "urn:cpa:agora:local:1"
SCHEMA_NAME = "local.xsd"
SCHEMA_NAMES = (*contract.SCHEMA_NAMES, SCHEMA_NAME)
CALLER = f"{{{NAMESPACE}}}Appelant"

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
_XSD = "{http://www.w3.org/2001/XMLSchema}"
_MESSAGE = "EnteteLocal"
_per_thread = threading.local()


def header_schema() -> etree.XMLSchema:
    """The compiled schema of the header, one per thread: its error log is not shared."""
    if not hasattr(_per_thread, "schema"):
        _per_thread.schema = etree.XMLSchema(etree.parse(str(contract.Version.V1.folder / SCHEMA_NAME)))
    return _per_thread.schema  # type: ignore[no-any-return]


@lru_cache(maxsize=64)
def served_wsdl(address: str) -> bytes:
    """The WSDL of the gateway, whose schemas are importable from the address called."""
    root = etree.fromstring(contract.served_wsdl(address))
    schema = root.find(f"{_WSDL}types/{_XSD}schema")
    assert schema is not None
    etree.SubElement(
        schema, f"{_XSD}import", namespace=NAMESPACE, schemaLocation=f"{address}?xsd={SCHEMA_NAME}"
    )
    message = etree.Element(f"{_WSDL}message", name=_MESSAGE)
    etree.SubElement(
        message, f"{_WSDL}part", {"name": "appelant", "element": "local:Appelant"}, {"local": NAMESPACE}
    )
    first = root.find(f"{_WSDL}message")
    assert first is not None
    first.addprevious(message)
    for request in root.iterfind(f"{_WSDL}binding/{_WSDL}operation/{_WSDL}input"):
        header = {"message": f"agora:{_MESSAGE}", "part": "appelant", "use": "literal"}
        request.insert(0, etree.Element(f"{_SOAP}header", header))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def served_schema(name: str, address: str) -> bytes:
    """One XSD of the local contract. Raises UnknownSchema."""
    if name == SCHEMA_NAME:
        return (contract.Version.V1.folder / SCHEMA_NAME).read_bytes()
    return contract.served_schema(name, address)
