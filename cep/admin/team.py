"""What an adviser and their manager work on: each sees and names the team of their operator, nobody else's."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.admin.base import RoleModelAdmin
from accounts.enums import StaffRole
from accounts.models import User
from accounts.permissions import is_cep_adviser
from accounts.selectors.staff import scope_codes
from cep.exceptions import PlanRefused
from cep.models import Adviser, Site

TEAM = frozenset({StaffRole.CEP_ADVISER, StaffRole.CEP_MANAGER})
MANAGERS = frozenset({StaffRole.CEP_MANAGER})


def advisers_of(user: User) -> QuerySet[Adviser]:
    """Oneself, or the whole team for its managers."""
    operators = scope_codes(user, StaffRole.CEP_MANAGER)
    advisers = Adviser.objects.select_related("user")
    if operators:
        return advisers.filter(operator__code__in=operators)
    if is_cep_adviser(user):
        return advisers.filter(user=user, operator__code__in=scope_codes(user, StaffRole.CEP_ADVISER))
    return advisers.none()


def sites_of(user: User) -> QuerySet[Site]:
    codes = scope_codes(user, StaffRole.CEP_MANAGER) or scope_codes(user, StaffRole.CEP_ADVISER)
    return Site.objects.filter(operator__code__in=codes)


class TeamAdmin(RoleModelAdmin):
    """Advisers and sites are chosen among one's own; a refusal of the plan is said on the page that asked."""

    view_roles = add_roles = TEAM
    list_per_page = 50
    show_full_result_count = False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        user = cast("User", request.user)
        scopes: dict[str, QuerySet[Any]] = {"adviser": advisers_of(user), "site": sites_of(user)}
        if db_field.name in scopes:
            kwargs["queryset"] = scopes[db_field.name]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except PlanRefused as refusal:
            # Nothing was written: the whole request is one transaction.
            self.message_user(request, refusal.message, messages.ERROR)
            return redirect(request.get_full_path())
