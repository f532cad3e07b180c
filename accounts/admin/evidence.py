from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from accounts.admin.base import HolderDataAdmin, RoleModelAdmin
from accounts.enums import StaffRole
from accounts.models import AccessLogEntry, Consent, Holder, User


@admin.register(AccessLogEntry)
class AccessLogEntryAdmin(RoleModelAdmin):
    """Who looked. People appear by identifier only: reading the log is not reading their data."""

    view_roles = frozenset({StaffRole.DATA_PROTECTION, StaffRole.RSSI})
    list_display = ("at", "actor", "actor_roles", "partner", "holder_id", "purpose", "what")
    list_filter = ("partner",)
    list_select_related = ("actor",)
    search_fields = ("actor__email",)
    search_help_text = "Adresse de l’agent."
    ordering = ("-at", "-id")
    show_full_result_count = False
    fields = readonly_fields = ("at", "actor", "actor_roles", "partner", "holder_id", "purpose", "what")

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Both roles watch the whole installation.
        return queryset


@admin.register(Consent)
class ConsentAdmin(HolderDataAdmin):
    view_roles = frozenset({StaffRole.DATA_PROTECTION})
    consultation_what = "Consentements"
    list_display = ("at", "holder", "purpose", "beneficiary", "act")
    list_filter = ("purpose", "act")
    list_select_related = ("holder",)
    ordering = ("-id",)

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset

    def concerned_holder(self, obj: Consent) -> Holder:
        return obj.holder
