"""Who could do what at an instant: what the verification would have decided then (steps 3, 4, 8, 10, 13 and 14).

What it reads from files at the call, trusted authorities and revocation lists, leaves no dates behind and is not told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import F, QuerySet

from agora_sync.contract import Operation, Version
from agora_sync.enums import ApprovalSide, CertificateKind
from agora_sync.models import (
    PAGM,
    ContractOpening,
    CutOff,
    MappingApproval,
    PAGMAssignment,
    PAGMRight,
    Partner,
    PartnerApplication,
    PartnerCertificate,
    ServiceStop,
    TransmissionDelegation,
)
from agora_sync.provider.opening import seconds_left_in_window
from agora_sync.selectors.approvals import Mapping


@dataclass(frozen=True)
class Channel:
    """A certificate that could open a channel: the partner's own, or that of a delegate under a delegation in force."""

    certificate: PartnerCertificate
    delegation: TransmissionDelegation | None
    is_cut_off: bool


@dataclass(frozen=True)
class Habilitation:
    """One application, under one certificate for vectors, with one profile: what it could do, and on which channels.

    `versions`: those of the contract that its partner could call.
    """

    certificate: PartnerCertificate
    assignment: PAGMAssignment
    rights: tuple[PAGMRight, ...]
    channels: tuple[Channel, ...]
    is_cut_off: bool
    versions: tuple[Version, ...] = ()

    @property
    def application(self) -> PartnerApplication:
        return self.assignment.application

    @property
    def partner(self) -> Partner:
        return self.application.partner

    @property
    def pagm(self) -> PAGM:
        return self.assignment.pagm

    @property
    def operations(self) -> list[Operation]:
        return [Operation(right.operation) for right in self.rights]

    @property
    def approvals(self) -> list[MappingApproval]:
        """Those that it stands on, one of each writing."""
        mappings: list[Mapping] = [self.assignment, *self.rights]
        said = {
            (approval.side, approval.approver_key, approval.reference, approval.approved_at): approval
            for mapping in mappings
            for approval in mapping.approvals.all()
        }
        return [said[key] for key in sorted(said)]


@dataclass(frozen=True)
class HabilitationsAt:
    """`is_closed`: in a weekly window or under a stop, nobody could do anything. `pending`: still waits for a word."""

    at: datetime
    is_closed: bool
    rows: list[Habilitation]
    pending: list[Mapping] = field(default_factory=list)

    def allows(
        self, *, channel: str, signer: str, profile: str, operation: Operation, version: Version = Version.V1
    ) -> bool:
        """Whether a call went through: on this channel, with a vector signed so (fingerprints) and this profile."""
        return not self.is_closed and any(
            operation in row.operations
            and version in row.versions
            and not row.is_cut_off
            and any(way.certificate.fingerprint == channel and not way.is_cut_off for way in row.channels)
            for row in self.rows
            if (row.certificate.fingerprint, row.pagm.code) == (signer, profile)
        )


def habilitations_at(at: datetime, *, partner_code: str = "") -> HabilitationsAt:
    """What the applications of this environment's partners, or of one of them, could do. The same number of queries
    whatever there is.
    """
    cut_off = set(CutOff.objects.in_force(at).values_list("partner_id", flat=True))
    signing, channels = _certificates(at), _channels(at, cut_off)
    versions = _versions(at)
    assignments, rights = _assignments(at, partner_code), _rights(at, partner_code)
    opened: dict[int, list[PAGMRight]] = defaultdict(list)
    for right in rights:
        if is_approved(right, at):
            opened[right.pagm_id].append(right)
    rows = [
        Habilitation(
            certificate=certificate,
            assignment=held,
            rights=tuple(opened[held.pagm_id]),
            channels=tuple(channels[held.application.partner_id]),
            is_cut_off=held.application.partner_id in cut_off,
            versions=tuple(versions[held.application.partner_id]),
        )
        for held in assignments
        if is_approved(held, at)
        for certificate in signing[held.application_id]
    ]
    mappings: list[Mapping] = [*assignments, *rights]
    pending = [mapping for mapping in mappings if len(mapping.approvals.all()) < len(ApprovalSide)]
    return HabilitationsAt(at, _is_closed(at), rows, pending)


def is_approved(mapping: Mapping, at: datetime) -> bool:
    """By both sides, at that instant."""
    said = {approval.side for approval in mapping.approvals.all() if approval.approved_at <= at}
    return said == set(ApprovalSide.values)


def _is_closed(at: datetime) -> bool:
    if seconds_left_in_window(settings.AGORA_MAINTENANCE_WINDOWS, at) is not None:
        return True
    return ServiceStop.objects.in_force(at).exists()


def _certificates(at: datetime) -> dict[int, list[PartnerCertificate]]:
    """Those for vectors, by application."""
    found: dict[int, list[PartnerCertificate]] = defaultdict(list)
    registered = PartnerCertificate.objects.in_force(at).filter(
        kind=CertificateKind.VI, partner=F("application__partner")
    )
    for certificate in registered.order_by("valid_from", "pk"):
        assert certificate.application_id is not None
        found[certificate.application_id].append(certificate)
    return found


def _channels(at: datetime, cut_off: Iterable[int]) -> dict[int, list[Channel]]:
    """By the partner that speaks on them."""
    registered = PartnerCertificate.objects.in_force(at).filter(kind=CertificateKind.TLS)
    own: dict[int, list[PartnerCertificate]] = defaultdict(list)
    for certificate in registered.select_related("partner").order_by("valid_from", "pk"):
        own[certificate.partner_id].append(certificate)
    found = {
        partner: [Channel(certificate, None, partner in cut_off) for certificate in certificates]
        for partner, certificates in own.items()
    }
    held = TransmissionDelegation.objects.in_force(at).select_related("delegate").order_by("pk")
    for delegation in held:
        found.setdefault(delegation.delegator_id, []).extend(
            Channel(certificate, delegation, delegation.delegate_id in cut_off)
            for certificate in own[delegation.delegate_id]
        )
    return defaultdict(list, found)


def _versions(at: datetime) -> dict[int, list[Version]]:
    """Those open to each partner."""
    found: dict[int, list[Version]] = defaultdict(list)
    for opening in ContractOpening.objects.at(at).order_by("version"):
        found[opening.partner_id].append(Version(opening.version))
    return found


def _assignments(at: datetime, partner_code: str) -> list[PAGMAssignment]:
    found = PAGMAssignment.objects.at(at).filter(application__partner__in=_partners(partner_code))
    found = found.select_related("application__partner", "pagm").prefetch_related("approvals")
    return list(found.order_by("application__partner__name", "application__code", "pagm__code", "pk"))


def _rights(at: datetime, partner_code: str) -> list[PAGMRight]:
    found = PAGMRight.objects.at(at).filter(pagm__partner__in=_partners(partner_code))
    found = found.select_related("pagm__partner").prefetch_related("approvals")
    return list(found.order_by("pagm__partner__name", "pagm__code", "operation", "pk"))


def _partners(code: str) -> QuerySet[Partner]:
    """The partners of this environment: the vectors of the others are refused at step 10."""
    partners = Partner.objects.filter(environment=settings.AGORA_ENVIRONMENT)
    return partners.filter(code=code) if code else partners
