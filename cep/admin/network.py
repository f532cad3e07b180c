"""Operators, sites and advisers: kept by administrators, read by managers for their own operators."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.enums import StaffRole
from accounts.permissions import is_administrator, is_cep_manager
from accounts.selectors.staff import scope_codes
from cep.models import Adviser, Operator, Site


class NetworkAdmin(admin.ModelAdmin):
    """Nothing is deleted: what has been used stays, with its dates."""

    # From the model to the code of its operator.
    operator_code = "operator__code"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request.user) or is_cep_manager(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if is_administrator(request.user):
            return rows
        return rows.filter(**{f"{self.operator_code}__in": scope_codes(request.user, StaffRole.CEP_MANAGER)})


@admin.register(Operator)
class OperatorAdmin(NetworkAdmin):
    operator_code = "code"
    list_display = ("code", "name")
    search_fields = ("code", "name")


@admin.register(Site)
class SiteAdmin(NetworkAdmin):
    list_display = ("name", "operator", "commune_code", "time_zone", "wheelchair_accessible")
    list_filter = ("wheelchair_accessible", "time_zone")
    list_select_related = ("operator",)
    search_fields = ("name", "address", "commune_code")


@admin.register(Adviser)
class AdviserAdmin(NetworkAdmin):
    list_display = ("display_name", "operator", "starts_on", "ends_on")
    list_select_related = ("operator", "user")
    search_fields = ("user__first_name", "user__last_name", "user__email")
    raw_id_fields = ("user",)
