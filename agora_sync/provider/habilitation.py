"""Steps 7 to 14: the vector, then what it entitles to. Nothing is read from it before its signature holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from agora_sync.contract import Operation, Version
from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.models import Partner, ReplayedVector
from agora_sync.pki.trust import TrustStore, fingerprint
from agora_sync.provider.envelope import Envelope
from agora_sync.provider.standing import Application, Standing, delegated_standing
from agora_sync.vector import claims as vi
from agora_sync.vector.binding import require_bound
from agora_sync.vector.claims import Claims
from agora_sync.vector.signature import verify_signature
from agora_sync.vector.token import Token, locate_token
from cpa_portal.kernel.database.rows import insert_unless_taken

TOKEN_STEP, SIGNATURE_STEP, VALIDITY_STEP, ISSUER_STEP, AUDIENCE_STEP = 7, 8, 9, 10, 11
LEVEL_STEP, PAGM_STEP, RIGHT_STEP = 12, 13, 14
_LONGEST_NAME = 255


@dataclass(frozen=True)
class Presented:
    """A vector whose signature and dates hold: what it says, and the application whose certificate signed it.

    `standing` is that of the partner who speaks: of the channel, or who lets it transmit.
    """

    claims: Claims
    application: Application
    standing: Standing


def verified_vector(
    envelope: Envelope,
    *,
    standing: Standing,
    trust: TrustStore,
    at: dt.datetime,
    hear: Callable[[Claims], None],
) -> Presented:
    """Steps 7 to 9, all that needs no memory. Raises SOAPRefusal, each step its own.

    `hear` is told the claims as soon as they are those of a registered certificate, before they are judged.
    """
    token = locate_token(envelope.root)
    speaking = _Speaking(standing, at)
    verified = verify_signature(token, trust=trust, is_registered=speaking.is_registered, at=at)
    claims = vi.read_claims(verified.assertion)
    hear(claims)
    vi.require_valid_now(claims, recipient=settings.AGORA_RECIPIENT, at=at)
    _require_same_reference(token, claims)
    require_bound(claims, envelope.body, is_required=_is_binding_agreed(speaking.standing, at))
    if max(len(claims.issuer), len(claims.assertion_id)) > _LONGEST_NAME:
        raise SOAPRefusal(FaultCode.INVALID_VI, VALIDITY_STEP, "issuer or identifier too long")
    application = speaking.standing.by_certificate[fingerprint(verified.certificate)]
    return Presented(claims, application, speaking.standing)


def _is_binding_agreed(standing: Standing, at: dt.datetime) -> bool:
    assert standing.partner is not None
    since = standing.partner.body_digest_required_from
    return since is not None and since <= at


class _Speaking:
    """Who speaks in a call: the partner of the channel, until a certificate says that it transmits for another."""

    def __init__(self, standing: Standing, at: dt.datetime) -> None:
        self.standing, self._at = standing, at

    def is_registered(self, signer: str) -> bool:
        if signer in self.standing.by_certificate:
            return True
        assert self.standing.partner is not None
        delegated = delegated_standing(self.standing.partner, signer=signer, at=self._at)
        if delegated is None:
            return False
        self.standing = delegated
        return True


def used_vector(presented: Presented) -> ReplayedVector:
    """What is kept of a vector so that it serves once, until its dates refuse it."""
    claims = presented.claims
    assert claims.ends_at is not None
    assert claims.confirmation_ends_at is not None
    return ReplayedVector(
        issuer=claims.issuer,
        assertion_id=claims.assertion_id,
        expires_at=max(claims.ends_at, claims.confirmation_ends_at),
    )


def require_entitled(presented: Presented, operation: Operation, version: Version) -> None:
    """The end of step 9 to step 14. Raises SOAPRefusal, each step its own.

    The vector is written down as used in the caller's transaction, which commits whatever refuses the call from here
    on: the constraint decides among all workers, and a second use waits until the first is over.
    """
    claims, partner = presented.claims, presented.standing.partner
    assert partner is not None
    if not insert_unless_taken(used_vector(presented)):
        raise SOAPRefusal(FaultCode.INVALID_VI, VALIDITY_STEP, "vector already used")
    _require_issuer(claims, partner)
    _require_audience(claims)
    _require_level(claims, partner)
    if operation not in _operations_of_profiles(claims, presented.application, presented.standing):
        raise SOAPRefusal(
            FaultCode.NOT_ENTITLED, RIGHT_STEP, f"{claims.pagm_codes} do not open {operation.value}"
        )
    _require_open_version(presented.standing, version)


def _require_open_version(standing: Standing, version: Version) -> None:
    if version not in standing.open_versions:
        reason = f"{version.value} called, open to {standing.partner}: {sorted(standing.open_versions)}"
        raise SOAPRefusal(FaultCode.VERSION_NOT_OPEN, RIGHT_STEP, reason)


def _require_same_reference(token: Token, claims: Claims) -> None:
    if token.referenced_id not in {None, claims.assertion_id}:
        raise SOAPRefusal(FaultCode.TOKEN_INVALID, TOKEN_STEP, "the reference names another assertion")


def _require_issuer(claims: Claims, partner: Partner) -> None:
    if claims.issuer != partner.issuer or partner.environment != settings.AGORA_ENVIRONMENT:
        reason = f"issuer {claims.issuer!r}, expected {partner.issuer!r} in {settings.AGORA_ENVIRONMENT}"
        raise SOAPRefusal(FaultCode.INVALID_ISSUER, ISSUER_STEP, reason)


def _require_audience(claims: Claims) -> None:
    wanted = settings.AGORA_AUDIENCE
    # Each restriction must let us in (SAML core §2.5.1.4), and there must be one.
    if not claims.audience_restrictions or not all(
        wanted in restriction for restriction in claims.audience_restrictions
    ):
        reason = f"audience {claims.audience_restrictions}, expected {wanted!r}"
        raise SOAPRefusal(FaultCode.INVALID_SERVICE, AUDIENCE_STEP, reason)


def _require_level(claims: Claims, partner: Partner) -> None:
    wanted = partner.required_authn_context
    if wanted and wanted not in claims.authn_contexts:
        reason = f"level {claims.authn_contexts}, agreed {wanted!r}"
        raise SOAPRefusal(FaultCode.INVALID_AUTH_LEVEL, LEVEL_STEP, reason)


def _operations_of_profiles(claims: Claims, application: Application, standing: Standing) -> set[Operation]:
    """What the profiles presented open together; every one must be agreed and assigned at that instant."""
    # The certificate says which application speaks; a NameID that names another one contradicts it.
    if claims.name_id != application.code and claims.name_id in standing.application_codes:
        raise SOAPRefusal(
            FaultCode.INVALID_PAGM, PAGM_STEP, f"{claims.name_id!r} signed by {application.code}"
        )
    presented = set(claims.pagm_codes)
    if not presented or not presented <= application.profiles.keys():
        reason = f"{sorted(presented)} for {application.code}, held {sorted(application.profiles)}"
        raise SOAPRefusal(FaultCode.INVALID_PAGM, PAGM_STEP, reason)
    return {operation for code in presented for operation in application.profiles[code]}
