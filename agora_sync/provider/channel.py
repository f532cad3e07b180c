"""Step 4: who opened the channel, known by the client certificate of the TLS session."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.models import Partner
from agora_sync.pki.trust import CertificateRefused, TrustStore, fingerprint, load_certificate, trust_store

STEP = 4
# People lift a cut-off, after a crisis cell: there is no point in coming back every minute.
CUT_OFF_RETRY_SECONDS = 3600


def authenticated_partner(
    certificate: bytes | None, *, registered_for: Partner | None, at: dt.datetime
) -> Partner:
    """The partner that the certificate, trusted and not revoked, is registered for. Raises SOAPRefusal."""
    presented = require_trusted(certificate, at=at)
    if registered_for is None:
        raise SOAPRefusal(FaultCode.CHANNEL, STEP, f"certificate {presented} is not registered")
    return registered_for


def require_trusted(certificate: bytes | None, *, at: dt.datetime) -> str:
    """The fingerprint of a client certificate that is trusted and not revoked. Raises SOAPRefusal."""
    if certificate is None:
        raise SOAPRefusal(FaultCode.CHANNEL, STEP, "no client certificate")
    try:
        presented = load_certificate(certificate)
        trust = configured_trust()
        for one in trust.chain(presented, [], at=at):
            # An authority that was revoked vouches for nobody, here as in a signature.
            trust.require_not_revoked(one, at=at)
    except (CertificateRefused, ValueError) as problem:
        raise SOAPRefusal(FaultCode.CHANNEL, STEP, str(problem)) from None
    return fingerprint(presented)


def require_not_cut_off(partner: Partner, *, at: dt.datetime) -> None:
    """Raises SOAPRefusal (ServiceInterrompu) when the interconnection with this partner is cut."""
    if partner.cut_off_at is not None and partner.cut_off_at <= at:
        raise SOAPRefusal(
            FaultCode.SERVICE_INTERRUPTED, STEP, "partner cut off", retry_after_seconds=CUT_OFF_RETRY_SECONDS
        )


def configured_trust() -> TrustStore:
    """The authorities and the revocation list of the settings."""
    return trust_store(settings.AGORA_TRUSTED_CA, settings.AGORA_CRL or None)
