from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.admin.base import RoleInline, RoleModelAdmin
from accounts.enums import StaffRole
from accounts.models import StaffScope, User

ADMINISTRATORS = frozenset({StaffRole.ADMINISTRATOR})


class StaffScopeInline(RoleInline):
    model = StaffScope
    fk_name = "user"
    view_roles = add_roles = change_roles = ADMINISTRATORS
    fields = ("role", "scope_code", "starts_on", "ends_on")

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_add_permission(request, obj) and obj != request.user

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and obj != request.user


@admin.register(User)
class StaffUserAdmin(RoleModelAdmin):
    """Staff accounts and their scopes. Holders' sign-in accounts are not managed here."""

    view_roles = add_roles = change_roles = ADMINISTRATORS
    list_display = ("email", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active", "staff_scopes__role")
    search_fields = ("email", "last_name")
    ordering = ("email",)
    fields = ("email", "first_name", "last_name", "is_active", "last_login")
    readonly_fields = ("last_login",)
    inlines = (StaffScopeInline,)

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_staff=True)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # Nobody gives rights to themselves.
        return super().has_change_permission(request, obj) and obj != request.user

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        # The address is how the person signs in and recovers access: changing it would give the account away.
        return (*self.readonly_fields, "email") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[Any], change: bool) -> None:
        if not change:
            obj.is_staff = True
            # The person chooses a password through « mot de passe oublié ».
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
