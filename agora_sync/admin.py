"""Habilitations in the back office: who may exchange, under which certificates and profiles, since when."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.base import RoleInline, RoleModelAdmin
from accounts.enums import StaffRole
from accounts.models import User
from accounts.views.requests import user_of
from agora_sync.approving import ApprovingAdmin
from agora_sync.forms.approvals import MappingForm
from agora_sync.models import (
    PAGM,
    ContractOpening,
    LocalCertificate,
    LocalRole,
    LocalSystem,
    PAGMAssignment,
    PAGMRight,
    Partner,
    PartnerApplication,
    PartnerCertificate,
    PartnerContact,
    ServiceStop,
    TraceHold,
    TransmissionDelegation,
)
from cpa_portal.kernel.templatetags.cpa import date_fr

READERS = frozenset({StaffRole.CDC.value, StaffRole.RSSI.value})
KEEPERS = frozenset({StaffRole.CDC.value})
GUARDIANS = frozenset({StaffRole.RSSI.value})


class HabilitationAdmin(RoleModelAdmin):
    """Kept by CDC, read by the RSSI. Nothing is deleted: who could do what must remain answerable."""

    view_roles = READERS
    add_roles = KEEPERS
    change_roles = KEEPERS

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Habilitations have no region: both roles answer for all of them.
        return queryset


class HabilitationInline(RoleInline):
    view_roles = READERS
    add_roles = KEEPERS
    change_roles = KEEPERS
    can_delete = False


class ApplicationInline(HabilitationInline):
    model = PartnerApplication


class CertificateInline(HabilitationInline):
    model = PartnerCertificate
    fields = ("kind", "application", "fingerprint", "subject", "valid_from", "valid_to", "revoked_at")


class ContactInline(HabilitationInline):
    model = PartnerContact
    # People change posts: who is no longer called is no longer kept.
    can_delete = True
    delete_roles = KEEPERS


class RightInline(HabilitationInline):
    """Added here; what was written is withdrawn on its own page, and never becomes another operation."""

    model = PAGMRight
    fields = ("operation", "ends_at")
    change_roles = frozenset()


@admin.register(Partner)
class PartnerAdmin(HabilitationAdmin):
    list_display = ("name", "code", "environment", "cut_off_at")
    list_filter = ("environment",)
    search_fields = ("name", "code", "siret")
    inlines: ClassVar = [ApplicationInline, CertificateInline, ContactInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The code is written in files and traces: it never changes.
        return ("code",) if obj else ()


@admin.register(PAGM)
class PAGMAdmin(HabilitationAdmin):
    list_display = ("code", "partner", "label")
    list_filter = ("partner",)
    list_select_related = ("partner",)
    inlines: ClassVar = [RightInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # What both sides approved names it.
        return ("partner", "code") if obj else ()


@admin.register(PAGMAssignment)
class PAGMAssignmentAdmin(ApprovingAdmin, HabilitationAdmin):
    """First mapping: which application has which profile."""

    form = MappingForm
    list_display = ("application", "pagm", "starts_at", "ends_at", "said_by_agora", "said_by_partner")
    list_filter = ("application__partner",)
    list_select_related = ("application__partner", "pagm")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("application", "pagm", "starts_at") if obj else ()

    def described(self, mapping: PAGMAssignment) -> str:
        application, since = mapping.application, date_fr(mapping.starts_at)
        until = f" jusqu’au {date_fr(mapping.ends_at)}" if mapping.ends_at else ""
        return f"{application.partner} : {application} a le profil {mapping.pagm} depuis le {since}{until}"


@admin.register(PAGMRight)
class PAGMRightAdmin(ApprovingAdmin, HabilitationAdmin):
    """Second mapping: which operations a profile opens."""

    form = MappingForm
    list_display = ("pagm", "operation", "ends_at", "said_by_agora", "said_by_partner")
    list_filter = ("pagm__partner", "pagm")
    list_select_related = ("pagm__partner",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("pagm", "operation") if obj else ()

    def described(self, mapping: PAGMRight) -> str:
        return (
            f"{mapping.pagm.partner} : le profil {mapping.pagm} ouvre « {mapping.get_operation_display()} »"
        )


@admin.register(TransmissionDelegation)
class TransmissionDelegationAdmin(HabilitationAdmin):
    list_display = ("delegator", "delegate", "notice", "starts_at", "ends_at", "revoked_at")
    list_filter = ("delegator", "delegate")
    list_select_related = ("delegator", "delegate")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # What was notified does not change: it ends or is revoked, and another one is notified.
        return ("delegator", "delegate", "notice", "notified_at", "starts_at") if obj else ()


@admin.register(ContractOpening)
class ContractOpeningAdmin(HabilitationAdmin):
    """Which version of the contract a partner may call; the withdrawal is refused before the end of its notice."""

    list_display = ("partner", "version", "starts_at", "withdrawal_announced_at", "ends_at")
    list_filter = ("version", "partner")
    list_select_related = ("partner",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # What was opened does not change: it is withdrawn, and another row opens it again.
        return ("partner", "version", "starts_at") if obj else ()


class LocalCertificateInline(HabilitationInline):
    model = LocalCertificate


class LocalRoleInline(HabilitationInline):
    model = LocalRole


@admin.register(LocalSystem)
class LocalSystemAdmin(HabilitationAdmin):
    list_display = ("name", "code", "region_code", "suspended_at")
    search_fields = ("name", "code")
    inlines: ClassVar = [LocalCertificateInline, LocalRoleInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The code is written in messages and traces: it never changes.
        return ("code",) if obj else ()


@admin.register(ServiceStop)
class ServiceStopAdmin(HabilitationAdmin):
    list_display = ("reason", "started_at", "lifted_at")


@admin.register(TraceHold)
class TraceHoldAdmin(HabilitationAdmin):
    """Placed and lifted by the RSSI, each under their own name; what was written stays."""

    view_roles = GUARDIANS
    add_roles = GUARDIANS
    change_roles = GUARDIANS
    list_display = ("kind", "first_day", "last_day", "placed_by", "placed_at", "lifted_at")
    list_select_related = ("placed_by",)
    written_at_birth = ("kind", "reason", "first_day", "last_day")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        after = ("placed_by", "placed_at", "lifted_by", "lifted_at")
        return (*self.written_at_birth, *after) if obj else self.written_at_birth

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        fixed = (*self.written_at_birth, "placed_by", "placed_at", "lifted_by")
        return (*fixed, "lifted_at") if obj.lifted_at else fixed

    def save_model(self, request: HttpRequest, obj: TraceHold, form: Any, change: bool) -> None:
        if not change:
            obj.placed_by = user_of(request)
        elif obj.lifted_at is not None:
            obj.lifted_by = user_of(request)
        super().save_model(request, obj, form, change)
