"""Steps 7 to 14: the vector, then what it entitles to. Nothing is read from it before its signature holds."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection, transaction

from agora_sync.contract import Operation
from agora_sync.enums import CertificateKind
from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.models import PAGMAssignment, Partner, PartnerApplication, PartnerCertificate, ReplayedVector
from agora_sync.pki.trust import TrustStore, fingerprint
from agora_sync.provider.envelope import Envelope
from agora_sync.vector import claims as vi
from agora_sync.vector.claims import Claims
from agora_sync.vector.signature import verify_signature
from agora_sync.vector.token import Token, locate_token

TOKEN_STEP, SIGNATURE_STEP, VALIDITY_STEP, ISSUER_STEP, AUDIENCE_STEP = 7, 8, 9, 10, 11
LEVEL_STEP, PAGM_STEP, RIGHT_STEP = 12, 13, 14
_LONGEST_NAME = 255


def require_entitled(envelope: Envelope, *, partner: Partner, trust: TrustStore, at: dt.datetime) -> None:
    """Verify the vector of a message for the partner of the channel. Raises SOAPRefusal, each step its own."""
    token = locate_token(envelope.root)
    certificates = {
        row.fingerprint: row
        for row in PartnerCertificate.objects.in_force(at)
        .filter(partner=partner, kind=CertificateKind.VI)
        .select_related("application")
    }
    verified = verify_signature(token, trust=trust, is_registered=certificates.__contains__, at=at)
    claims = vi.read_claims(verified.assertion)
    vi.require_valid_now(claims, recipient=settings.AGORA_RECIPIENT, at=at)
    _require_same_reference(token, claims)
    _require_first_use(claims)
    _require_issuer(claims, partner)
    _require_audience(claims)
    _require_level(claims, partner)
    application = certificates[fingerprint(verified.certificate)].application
    assert application is not None
    operations = _operations_of_profiles(claims, application, at)
    if envelope.operation not in operations:
        raise SOAPRefusal(
            FaultCode.NOT_ENTITLED, RIGHT_STEP, f"{claims.pagm_codes} do not open {envelope.operation.value}"
        )


def _require_same_reference(token: Token, claims: Claims) -> None:
    if token.referenced_id not in {None, claims.assertion_id}:
        raise SOAPRefusal(FaultCode.TOKEN_INVALID, TOKEN_STEP, "the reference names another assertion")


def _require_first_use(claims: Claims) -> None:
    if max(len(claims.issuer), len(claims.assertion_id)) > _LONGEST_NAME:
        raise SOAPRefusal(FaultCode.INVALID_VI, VALIDITY_STEP, "issuer or identifier too long")
    assert claims.ends_at is not None
    assert claims.confirmation_ends_at is not None
    expires_at = max(claims.ends_at, claims.confirmation_ends_at)
    if not _is_first_seen(claims.issuer, claims.assertion_id, expires_at):
        raise SOAPRefusal(FaultCode.INVALID_VI, VALIDITY_STEP, "vector already used")


def _is_first_seen(issuer: str, assertion_id: str, expires_at: dt.datetime) -> bool:
    """Whether this call is the one that wrote the vector down: the constraint decides among all workers."""
    table = connection.ops.quote_name(ReplayedVector._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        # In SQL because Django does not say which rows an insert that ignores conflicts has written.
        cursor.execute(
            f"INSERT INTO {table} (issuer, assertion_id, expires_at) VALUES (%s, %s, %s) "  # noqa: S608
            "ON CONFLICT (issuer, assertion_id) DO NOTHING",
            [issuer, assertion_id, expires_at],
        )
        return bool(cursor.rowcount == 1)


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


def _operations_of_profiles(
    claims: Claims, application: PartnerApplication, at: dt.datetime
) -> set[Operation]:
    """What the profiles presented open together; every one must be agreed and assigned at that instant."""
    _require_own_application(claims, application)
    presented = set(claims.pagm_codes)
    rows = list(
        PAGMAssignment.objects.at(at)
        .filter(application=application, pagm__code__in=presented, pagm__agreed_at__lte=at)
        .values_list("pagm__code", "pagm__rights__operation")
    )
    if not presented or presented != {code for code, _ in rows}:
        raise SOAPRefusal(
            FaultCode.INVALID_PAGM, PAGM_STEP, f"{sorted(presented)} for {application.code}, held {rows}"
        )
    return {Operation(operation) for _, operation in rows if operation}


def _require_own_application(claims: Claims, application: PartnerApplication) -> None:
    """The certificate says which application speaks; a NameID that names another one contradicts it."""
    others = PartnerApplication.objects.filter(partner_id=application.partner_id, code=claims.name_id)
    if claims.name_id != application.code and others.exists():
        raise SOAPRefusal(
            FaultCode.INVALID_PAGM, PAGM_STEP, f"{claims.name_id!r} signed by {application.code}"
        )
