"""The answers of identity providers. Everything that could be read in two ways is refused before it is read.

python3-saml checks signature, issuer, audience, recipient, destination and dates; what stands here closes the ways
around it: a second assertion wrapped in another place (signature wrapping), comments that cut a name in two, an
answer to no question, the same assertion twice.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lxml import etree
from onelogin.saml2.errors import OneLogin_Saml2_Error

from accounts.exceptions import Refusal
from accounts.saml.sp import toolkit

if TYPE_CHECKING:
    from accounts.models import SAMLConnection

LARGEST = 262_144
SAML, PROTOCOL, SIGNATURE = (
    "{urn:oasis:names:tc:SAML:2.0:assertion}",
    "{urn:oasis:names:tc:SAML:2.0:protocol}",
    "{http://www.w3.org/2000/09/xmldsig#}",
)
# python3-saml reads dates to the second, with its own allowance of five minutes for clocks.
CLOCK_ALLOWANCE = timedelta(minutes=5)


class SAMLRefused(Refusal):
    """The answer is not believed. `code` goes to the log; the page says no more than what helps the person."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(
            "La réponse de votre organisme n’a pas pu être acceptée. Recommencez depuis la page de connexion. "
            "Si cela se reproduit, prévenez le service informatique de votre organisme."
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a checked assertion says. `digest` names it in the table of assertions already used."""

    name_id: str
    attributes: dict[str, list[str]]
    digest: str
    expires_at: datetime


def request_named_in(encoded: str) -> str:
    """The request to which the answer says it answers. Raises SAMLRefused for anything but one plain response."""
    response = _parsed(encoded)
    _refuse_ambiguity(response)
    named = response.get("InResponseTo") or ""
    if not named:
        raise SAMLRefused("unsolicited")
    return named


def checked_answer(connection: SAMLConnection, *, encoded: str, request_id: str) -> Answer:
    """The answer, once everything in it is proved. Raises SAMLRefused with the reason's code."""
    auth = toolkit(connection, posted={"SAMLResponse": encoded})
    try:
        auth.process_response(request_id=request_id)
    except (OneLogin_Saml2_Error, etree.LxmlError, ValueError, TypeError):
        raise SAMLRefused("unreadable") from None
    if auth.get_errors() or not auth.is_authenticated():
        raise SAMLRefused("_".join(auth.get_errors()) or "not_authenticated")
    name_id, assertion_id = auth.get_nameid(), auth.get_last_assertion_id()
    if not name_id or not assertion_id:
        raise SAMLRefused("no_name")
    until = datetime.fromtimestamp(auth.get_last_assertion_not_on_or_after(), UTC) + 2 * CLOCK_ALLOWANCE
    digest = hashlib.sha256(f"{connection.entity_id}\n{assertion_id}".encode()).hexdigest()
    return Answer(name_id, auth.get_attributes(), digest, until)


def _parsed(encoded: str) -> etree._Element:
    if len(encoded) > LARGEST:
        raise SAMLRefused("too_large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(base64.b64decode(encoded, validate=False), parser)
    except (binascii.Error, etree.XMLSyntaxError, ValueError):
        raise SAMLRefused("unreadable") from None
    if root.tag != f"{PROTOCOL}Response" or root.getroottree().docinfo.internalDTD is not None:
        raise SAMLRefused("not_a_response")
    return root


def _refuse_ambiguity(response: etree._Element) -> None:
    nodes = list(response.iter())
    if any(not isinstance(node.tag, str) for node in nodes):
        # A comment or an instruction inside a name is read differently by two libraries.
        raise SAMLRefused("comment_or_instruction")
    assertions = [node for node in nodes if node.tag == f"{SAML}Assertion"]
    if len(assertions) != 1 or assertions[0].getparent() is not response:
        raise SAMLRefused("not_one_assertion")
    if sum(node.tag == f"{PROTOCOL}Response" for node in nodes) != 1:
        raise SAMLRefused("not_one_response")
    identifiers = [node.get("ID") for node in nodes if node.get("ID") is not None]
    if len(identifiers) != len(set(identifiers)):
        raise SAMLRefused("repeated_identifier")
    for node in nodes:
        if node.tag == f"{SIGNATURE}Signature" and node.getparent() not in (response, assertions[0]):
            raise SAMLRefused("misplaced_signature")
        if node.tag == f"{SIGNATURE}Object":
            raise SAMLRefused("object_in_signature")
    if response.find(f"{PROTOCOL}Extensions") is not None:
        raise SAMLRefused("extensions")
