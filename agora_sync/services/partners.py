"""Who may exchange with us, under which certificates and profiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from cryptography import x509
from django.db import transaction

from agora_sync.contract import Operation, Version
from agora_sync.enums import CertificateKind, PartnerKind
from agora_sync.models import (
    PAGM,
    ContractOpening,
    PAGMAssignment,
    PAGMRight,
    Partner,
    PartnerApplication,
    PartnerCertificate,
)
from agora_sync.pki.trust import fingerprint


def register_partner(
    *,
    code: str,
    name: str,
    siret: str,
    issuer: str,
    environment: str,
    required_authn_context: str = "",
    kind: PartnerKind = PartnerKind.OTHER,
) -> Partner:
    """The partner of that code, opened or brought up to date."""
    partner, _ = Partner.objects.update_or_create(
        code=code,
        defaults={
            "name": name,
            "siret": siret,
            "issuer": issuer,
            "environment": environment,
            "required_authn_context": required_authn_context,
            "kind": kind,
        },
    )
    return partner


def register_application(*, partner: Partner, code: str, name: str) -> PartnerApplication:
    application, _ = PartnerApplication.objects.update_or_create(
        partner=partner, code=code, defaults={"name": name}
    )
    return application


def register_certificate(
    *,
    partner: Partner,
    kind: CertificateKind,
    certificate: x509.Certificate,
    application: PartnerApplication | None = None,
) -> PartnerCertificate:
    """Declare a certificate for its own dates. The same again changes nothing.

    Raises ValueError when it is already registered for another partner or usage, or names another's application.
    """
    if application is not None and application.partner_id != partner.pk:
        raise ValueError("the application belongs to another partner")
    registered, _ = PartnerCertificate.objects.get_or_create(
        fingerprint=fingerprint(certificate),
        defaults={
            "partner": partner,
            "application": application,
            "kind": kind,
            "subject": certificate.subject.rfc4514_string()[:500],
            "valid_from": certificate.not_valid_before_utc,
            "valid_to": certificate.not_valid_after_utc,
        },
    )
    if registered.partner_id != partner.pk or registered.kind != kind:
        raise ValueError("the certificate is registered for another partner or usage")
    return registered


def grant_profiles(
    *, application: PartnerApplication, profiles: Mapping[str, Iterable[Operation]], at: datetime
) -> None:
    """Open the operations of the profiles and assign them to the application from that instant.

    What is already so is left as it is. Nothing of it counts before both sides approved it (`services/approvals.py`).
    """
    with transaction.atomic():
        for code, operations in profiles.items():
            pagm, _ = PAGM.objects.get_or_create(
                partner_id=application.partner_id, code=code, defaults={"label": code}
            )
            PAGMRight.objects.bulk_create(
                (PAGMRight(pagm=pagm, operation=operation) for operation in operations), ignore_conflicts=True
            )
            if not PAGMAssignment.objects.filter(application=application, pagm=pagm).exists():
                PAGMAssignment.objects.create(application=application, pagm=pagm, starts_at=at)


def open_version(*, partner: Partner, version: Version, at: datetime) -> None:
    """Let the partner call that version from that instant. What was opened before is left as it is."""
    if not ContractOpening.objects.filter(partner=partner, version=version).exists():
        ContractOpening.objects.create(partner=partner, version=version, starts_at=at)
