"""The body that a vector was made for: an attribute of the signed assertion carries the operation element's digest.

A bearer vector says who calls, not what is asked: whoever holds it within its five minutes could put another body
beside it. The attribute closes that, with the partners who agreed on it
(docs/decisions/0046-a-vector-bound-to-its-body.md).
"""

from __future__ import annotations

import hashlib
import hmac

from lxml import etree

from agora_sync.faults import FaultCode, FaultDetail, SOAPRefusal
from agora_sync.vector.claims import STEP, Claims

_OTHER_BODY = "Le vecteur d’identification a été établi pour un autre corps de message."
_NOT_BOUND = "Le vecteur d’identification doit porter l’empreinte du corps du message."


def body_digest(operation: etree._Element) -> str:
    """SHA-256, in lower-case hexadecimal, of the operation element: exclusive canonical XML 1.0, without comments."""
    octets = etree.tostring(operation, method="c14n", exclusive=True, with_comments=False, with_tail=False)
    return hashlib.sha256(octets).hexdigest()


def require_bound(claims: Claims, operation: etree._Element, *, is_required: bool) -> None:
    """The body is the one that the vector names, whenever it names one. Raises SOAPRefusal (InvalidVI)."""
    if claims.body_digests is None:
        if is_required:
            raise _refusal(_NOT_BOUND, "no digest of the body, and the partner's agreement asks for it")
        return
    actual = body_digest(operation)
    if len(claims.body_digests) != 1 or not hmac.compare_digest(
        claims.body_digests[0].encode(), actual.encode()
    ):
        raise _refusal(_OTHER_BODY, f"digest of the body {claims.body_digests}, received {actual}")


def _refusal(sentence: str, reason: str) -> SOAPRefusal:
    return SOAPRefusal(
        FaultCode.INVALID_VI, STEP, reason, details=[FaultDetail(FaultCode.INVALID_VI, "", sentence)]
    )
