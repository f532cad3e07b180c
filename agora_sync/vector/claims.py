"""Step 9: what the verified assertion says, and whether it is meant for us, now."""

import datetime as dt
import re
from dataclasses import dataclass

from lxml import etree

from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.xml import namespaces as ns
from agora_sync.xml.hardened import collapsed, text_of

STEP = 9
MAX_LIFETIME = dt.timedelta(minutes=5)
# For clocks that run ahead of ours. The end is never stretched: a vector is used when it is made, and five minutes
# leave room for a slow clock, so that one expired by a second is refused.
MAX_SKEW = dt.timedelta(seconds=60)
PAGM_ATTRIBUTE = "PAGM"
BODY_DIGEST_ATTRIBUTE = "EmpreinteCorps"
# XML Schema part 2, §3.2.7. Python reads more forms than that: weeks, no dashes, a comma.
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_KNOWN_CONDITIONS = {ns.saml("AudienceRestriction"), ns.saml("OneTimeUse"), ns.saml("ProxyRestriction")}


@dataclass(frozen=True)
class Claims:
    """The content of a verified assertion. Texts are "" and dates None where the assertion says nothing.

    `body_digests`: None when the assertion does not name the body that it was made for.
    """

    assertion_id: str
    issuer: str
    name_id: str
    issued_at: dt.datetime | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    recipient: str
    confirmation_starts_at: dt.datetime | None
    confirmation_ends_at: dt.datetime | None
    session_ends_at: dt.datetime | None
    audience_restrictions: tuple[tuple[str, ...], ...]
    authn_contexts: tuple[str, ...]
    pagm_codes: tuple[str, ...]
    body_digests: tuple[str, ...] | None


def read_claims(assertion: etree._Element) -> Claims:
    """Read a verified assertion. Raises SOAPRefusal (InvalidVI) when its form is not that of a bearer vector."""
    _require(assertion.get("Version") == "2.0", "SAML version")
    subject = _only(assertion, "Subject")
    data = _confirmation_data(subject)
    conditions = _only(assertion, "Conditions")
    _require({child.tag for child in conditions} <= _KNOWN_CONDITIONS, "condition that we do not know")
    statements = assertion.findall(ns.saml("AuthnStatement"))
    return Claims(
        assertion_id=assertion.get("ID", ""),
        issuer=text_of(_only(assertion, "Issuer")),
        name_id=text_of(_only(subject, "NameID")).strip(),
        issued_at=_instant(assertion, "IssueInstant"),
        starts_at=_instant(conditions, "NotBefore"),
        ends_at=_instant(conditions, "NotOnOrAfter"),
        recipient=collapsed(data.get("Recipient")),
        confirmation_starts_at=_instant(data, "NotBefore"),
        confirmation_ends_at=_instant(data, "NotOnOrAfter"),
        session_ends_at=min(
            filter(None, (_instant(s, "SessionNotOnOrAfter") for s in statements)), default=None
        ),
        audience_restrictions=tuple(
            tuple(collapsed(text_of(audience)) for audience in restriction.findall(ns.saml("Audience")))
            for restriction in conditions.findall(ns.saml("AudienceRestriction"))
        ),
        authn_contexts=tuple(
            # Peers pad this value with white space; as an anyURI it collapses.
            collapsed(text_of(reference))
            for statement in statements
            for reference in statement.iterfind(
                f"{ns.saml('AuthnContext')}/{ns.saml('AuthnContextClassRef')}"
            )
        ),
        pagm_codes=_attribute_values(assertion, PAGM_ATTRIBUTE) or (),
        body_digests=_attribute_values(assertion, BODY_DIGEST_ATTRIBUTE),
    )


def require_valid_now(claims: Claims, *, recipient: str, at: dt.datetime) -> None:
    """Dates, recipient and subject. Raises SOAPRefusal (InvalidVI)."""
    issued = _given(claims.issued_at, "IssueInstant")
    starts = _given(claims.starts_at, "Conditions NotBefore")
    ends = _given(claims.ends_at, "Conditions NotOnOrAfter")
    confirmed_until = _given(claims.confirmation_ends_at, "confirmation NotOnOrAfter")
    # A difference, never a sum: there is nothing after the last instant of the calendar.
    _require(dt.timedelta() < ends - starts <= MAX_LIFETIME, f"lifetime from {starts} to {ends}")
    _require(starts <= at + MAX_SKEW, f"starts at {starts}, now {at}")
    _require(at < ends, f"ended at {ends}, now {at}")
    _require(
        at < confirmed_until <= at + MAX_LIFETIME + MAX_SKEW,
        f"confirmation ends at {confirmed_until}, now {at}",
    )
    _require(_started(claims.confirmation_starts_at, at), "confirmation not started")
    _require(at - MAX_LIFETIME - MAX_SKEW <= issued <= at + MAX_SKEW, f"issued at {issued}, now {at}")
    _require(claims.session_ends_at is None or at < claims.session_ends_at, "session over")
    _require(claims.recipient == recipient, f"recipient {claims.recipient!r}, expected {recipient!r}")
    _require(bool(claims.name_id), "empty NameID")


def _started(instant: dt.datetime | None, at: dt.datetime) -> bool:
    return instant is None or instant <= at + MAX_SKEW


def _confirmation_data(subject: etree._Element) -> etree._Element:
    confirmation = _only(subject, "SubjectConfirmation")
    _require(collapsed(confirmation.get("Method")) == ns.BEARER, "confirmation method")
    return _only(confirmation, "SubjectConfirmationData")


def _attribute_values(assertion: etree._Element, name: str) -> tuple[str, ...] | None:
    """The values of an attribute, None when the assertion does not have it."""
    found = [
        attribute
        for attribute in assertion.iterfind(f"{ns.saml('AttributeStatement')}/{ns.saml('Attribute')}")
        if attribute.get("Name") == name
    ]
    if not found:
        return None
    values = [value for attribute in found for value in attribute.findall(ns.saml("AttributeValue"))]
    return tuple(text_of(value) for value in values)


def _only(element: etree._Element, name: str) -> etree._Element:
    found = element.findall(ns.saml(name))
    _require(len(found) == 1, f"{len(found)} {name} in {etree.QName(element).localname}")
    return found[0]


def _instant(element: etree._Element, attribute: str) -> dt.datetime | None:
    written = collapsed(element.get(attribute))
    if not written:
        return None
    _require(_DATE_TIME.fullmatch(written) is not None, f"{attribute} {written!r}")
    try:
        instant = dt.datetime.fromisoformat(written)
    except ValueError:
        raise SOAPRefusal(FaultCode.INVALID_VI, STEP, f"{attribute} {written!r}") from None
    # SAML core §1.3.3: times are in UTC; one without a zone could mean anything.
    _require(instant.tzinfo is not None, f"{attribute} without time zone")
    return instant


def _given(instant: dt.datetime | None, name: str) -> dt.datetime:
    if instant is None:
        raise SOAPRefusal(FaultCode.INVALID_VI, STEP, f"no {name}")
    return instant


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise SOAPRefusal(FaultCode.INVALID_VI, STEP, reason)
