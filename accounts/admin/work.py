from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from accounts.admin.base import RoleModelAdmin
from accounts.enums import StaffRole
from accounts.models import BackgroundJob, Notification, User
from cpa_portal.kernel.masking import mask_email

OPERATORS = frozenset({StaffRole.ADMINISTRATOR})


@admin.register(BackgroundJob)
class BackgroundJobAdmin(RoleModelAdmin):
    view_roles = OPERATORS
    list_display = ("kind", "state", "done", "total", "requested_by", "created_at", "ended_at")
    list_filter = ("state", "kind")
    list_select_related = ("requested_by",)
    ordering = ("-created_at",)
    exclude = ("report",)

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset


@admin.register(Notification)
class NotificationAdmin(RoleModelAdmin):
    """What left and what waits. Neither the content nor the full address: operating the mail needs none."""

    view_roles = OPERATORS
    list_display = ("kind", "masked_recipient", "state", "attempts", "last_error", "created_at", "sent_at")
    list_filter = ("state", "kind")
    ordering = ("-created_at",)
    show_full_result_count = False
    fields = readonly_fields = (
        "kind",
        "masked_recipient",
        "state",
        "attempts",
        "last_error",
        "created_at",
        "sent_at",
    )

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset

    @admin.display(description="destinataire")
    def masked_recipient(self, message: Notification) -> str:
        return mask_email(message.recipient)
