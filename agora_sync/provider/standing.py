"""What is registered at the instant of a call: stop, partner of the channel, its applications and their profiles.

Read in one trip for each call and kept by nobody: a cut-off, a revocation or an assignment that ends counts at once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connection

from agora_sync.contract import Operation, Version
from agora_sync.enums import CertificateKind
from agora_sync.models import Partner, PartnerCertificate, TransmissionDelegation
from cpa_portal.kernel.database.prepared import prepared


@dataclass(frozen=True)
class Application:
    """An application of the partner: its code, and the operations that each of its profiles opens."""

    code: str
    profiles: dict[str, frozenset[Operation]]


@dataclass(frozen=True)
class Standing:
    """`by_certificate`: the application that each certificate for vectors in force speaks for, by fingerprint.

    `open_versions`: the versions of the contract that the partner may call.
    """

    is_stopped: bool
    partner: Partner | None
    application_codes: frozenset[str]
    by_certificate: dict[str, Application]
    open_versions: frozenset[Version]


_PARTNER_FIELDS = tuple(field.attname for field in Partner._meta.concrete_fields)
_IN_FORCE = "{0}.valid_from <= %(at)s AND {0}.valid_to > %(at)s AND ({0}.revoked_at IS NULL OR {0}.revoked_at > %(at)s)"
_QUERY = f"""
SELECT
  EXISTS (SELECT FROM agora_sync_servicestop
    WHERE (lifted_at IS NULL OR lifted_at > %(at)s) AND started_at <= %(at)s),
  (SELECT json_agg(json_build_array(id, code)) FROM agora_sync_partnerapplication WHERE partner_id = partner.id),
  (SELECT json_agg(json_build_array(vi.fingerprint, vi.application_id)) FROM agora_sync_partnercertificate vi
    WHERE vi.partner_id = partner.id AND vi.kind = %(vi)s AND {_IN_FORCE.format("vi")}),
  (SELECT json_agg(json_build_array(held.application_id, pagm.code, opened.operation))
    FROM agora_sync_pagmassignment held
    JOIN agora_sync_partnerapplication own ON own.id = held.application_id AND own.partner_id = partner.id
    JOIN agora_sync_pagm pagm ON pagm.id = held.pagm_id
    LEFT JOIN agora_sync_pagmright opened ON opened.pagm_id = pagm.id
      AND (opened.ends_at IS NULL OR opened.ends_at > %(at)s) AND opened.approved_at <= %(at)s
    WHERE held.starts_at <= %(at)s AND (held.ends_at IS NULL OR held.ends_at > %(at)s)
      AND held.approved_at <= %(at)s),
  (SELECT json_agg(version) FROM agora_sync_contractopening
    WHERE partner_id = partner.id AND starts_at <= %(at)s AND (ends_at IS NULL OR ends_at > %(at)s)),
  {", ".join(f"partner.{name}" for name in _PARTNER_FIELDS)}
FROM (SELECT) AS call
"""  # noqa: S608 - names of ours, no value
_OF_CHANNEL = f"""{_QUERY}
LEFT JOIN agora_sync_partnercertificate tls
  ON tls.fingerprint = %(fingerprint)s AND tls.kind = %(tls)s AND {_IN_FORCE.format("tls")}
LEFT JOIN agora_sync_partner partner ON partner.id = tls.partner_id
"""
_OF_PARTNER = f"""{_QUERY}
LEFT JOIN agora_sync_partner partner ON partner.id = %(partner)s
"""


def standing_of(certificate: bytes | None, *, at: dt.datetime) -> Standing:
    """Who stands behind a client certificate (DER) at that instant. One query."""
    given: dict[str, Any] = {
        "at": at,
        "fingerprint": sha256(certificate or b"").hexdigest(),
        "tls": CertificateKind.TLS.value,
        "vi": CertificateKind.VI.value,
    }
    return _read(_OF_CHANNEL, given)


def delegated_standing(delegate: Partner, *, signer: str, at: dt.datetime) -> Standing | None:
    """Who stands behind a vector signed by another than the partner of the channel, under a delegation in force.

    `signer` is the fingerprint of the certificate. None when no partner that lets this one transmit registered it.
    """
    certificates = PartnerCertificate.objects.in_force(at).filter(fingerprint=signer, kind=CertificateKind.VI)
    held = TransmissionDelegation.objects.in_force(at).filter(
        delegate=delegate, delegator__certificates__in=certificates
    )
    delegator_id = held.values_list("delegator_id", flat=True).first()
    if delegator_id is None:
        return None
    return _read(_OF_PARTNER, {"at": at, "partner": delegator_id, "vi": CertificateKind.VI.value})


def _read(query: str, given: dict[str, Any]) -> Standing:
    with prepared(query, given) as cursor:
        is_stopped, applications, certificates, profiles, versions, *partner = cursor.fetchone()
    codes = {pk: str(code) for pk, code in applications or []}
    known = {pk: Application(code, _opened(profiles or [], pk)) for pk, code in codes.items()}
    return Standing(
        is_stopped=is_stopped,
        partner=Partner.from_db(connection.alias, _PARTNER_FIELDS, partner) if partner[0] else None,
        application_codes=frozenset(codes.values()),
        # One that names the application of another partner speaks for nobody.
        by_certificate={name: known[pk] for name, pk in certificates or [] if pk in known},
        open_versions=frozenset(Version(version) for version in versions or []),
    )


def _opened(profiles: list[Any], application_id: int) -> dict[str, frozenset[Operation]]:
    """The operations of each profile held; a profile that opens nothing is held all the same."""
    opened: dict[str, set[Operation]] = {}
    for holder, code, operation in profiles:
        if holder == application_id:
            opened.setdefault(code, set()).update([Operation(operation)] if operation else [])
    return {code: frozenset(operations) for code, operations in opened.items()}
