"""The demonstration's partners, registered from the files of the development authority."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from agora_sync import demo
from agora_sync.contract import Version
from agora_sync.demo import DemoPartner
from agora_sync.enums import ApprovalSide, CertificateKind, ContactRole
from agora_sync.models import Partner, PartnerApplication, PartnerContact
from agora_sync.pki.development import load_certificate
from agora_sync.selectors.approvals import awaiting_approval
from agora_sync.services.approvals import approve_mappings
from agora_sync.services.partners import (
    grant_profiles,
    open_version,
    register_application,
    register_certificate,
    register_partner,
)

# Their profiles began before today, so that a clock moved by a season still finds them in force.
GRANTED_BEFORE = timedelta(days=400)
CONTACTS = {
    ContactRole.OPERATIONS: "Lina Moreau",
    ContactRole.SECURITY: "Paul Ferrand",
    ContactRole.CRISIS_PRODUCTION: "Lina Moreau",
    ContactRole.ESCALATION: "Hugo Santini",
}
APPROVERS = {ApprovalSide.AGORA: "Claire Vautrin", ApprovalSide.PARTNER: "Paul Ferrand"}


def register_demo_partners(*, pki_dir: Path, now: datetime) -> list[Partner]:
    """Register every demo partner and our own portal on the provider's side. Safe to run again.

    Raises FileNotFoundError when `issue_dev_pki` has not written the folder.
    """
    with transaction.atomic():
        return [_register(partner, pki_dir, now) for partner in (demo.PORTAL, *demo.PARTNERS)]


def _register(wanted: DemoPartner, pki_dir: Path, now: datetime) -> Partner:
    partner = register_partner(
        code=wanted.code,
        name=wanted.name,
        siret=wanted.siret,
        issuer=wanted.issuer,
        environment=demo.ENVIRONMENT,
        required_authn_context=wanted.required_authn_context,
        kind=wanted.kind,
    )
    application = register_application(partner=partner, code=wanted.application, name=wanted.application)
    tls = load_certificate(pki_dir, f"{wanted.code}-tls")
    register_certificate(partner=partner, kind=CertificateKind.TLS, certificate=tls)
    signing = load_certificate(pki_dir, f"{wanted.code}-vi")
    register_certificate(
        partner=partner, kind=CertificateKind.VI, certificate=signing, application=application
    )
    grant_profiles(application=application, profiles=wanted.pagms, at=now - GRANTED_BEFORE)
    for side, approver in APPROVERS.items():
        _approve(application, side, approver, at=now - GRANTED_BEFORE)
    for version in Version:
        open_version(partner=partner, version=version, at=now - GRANTED_BEFORE)
    PartnerContact.objects.bulk_create(
        (
            PartnerContact(partner=partner, role=role, name=name, email=f"{role.value}@{wanted.code}.test")
            for role, name in CONTACTS.items()
        ),
        ignore_conflicts=True,
    )
    return partner


def _approve(application: PartnerApplication, side: ApprovalSide, approver: str, *, at: datetime) -> None:
    approve_mappings(
        mappings=awaiting_approval(application, side),
        side=side,
        approver=approver,
        quality="Démonstration",
        reference="Convention de démonstration",
        at=at,
    )
