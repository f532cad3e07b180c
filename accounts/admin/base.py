"""What every admin page of the portal stands on: roles instead of permissions, and the access log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.template.response import TemplateResponse

from accounts.selectors.staff import current_roles
from accounts.services.access_log import record_consultation, record_consultations
from cpa_portal.kernel.database import AppendOnlyModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model, QuerySet
    from django.http import HttpRequest, HttpResponse

    from accounts.models import Holder, User

Roles = frozenset[str]


class RolePermissions:
    """Opens a model to roles. What is not named is refused; append-only models are read, whoever asks."""

    view_roles: Roles = frozenset()
    add_roles: Roles = frozenset()
    change_roles: Roles = frozenset()
    delete_roles: Roles = frozenset()
    model: type[Model]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allows(request, self.view_roles | self.change_roles)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_mutable() and self._allows(request, self.add_roles)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_mutable() and self._allows(request, self.change_roles)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_mutable() and self._allows(request, self.delete_roles)

    def _is_mutable(self) -> bool:
        return not issubclass(self.model, AppendOnlyModel)

    def _allows(self, request: HttpRequest, roles: Roles) -> bool:
        return bool(roles & current_roles(request.user))  # type: ignore[arg-type]


class RoleModelAdmin(RolePermissions, admin.ModelAdmin):  # type: ignore[type-arg]
    """A model's pages for some roles; `visible_to` says which rows, and must be written for each model."""

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows inside the user's scope; a model whose rows have no scope returns them all and says so."""
        raise NotImplementedError(f"{type(self).__name__} does not say which rows a person may see")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._allows(request, self.view_roles | self.add_roles | self.change_roles | self.delete_roles)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.visible_to(request.user, super().get_queryset(request))  # type: ignore[arg-type]


class RoleInline(RolePermissions, admin.TabularInline):  # type: ignore[type-arg]
    extra = 0


class HolderDataAdmin(RoleModelAdmin):
    """Pages on people's data: each list and each record shown is written in the access log first.

    The holder reads `consultation_purpose` and `consultation_what` as they stand.
    """

    consultation_purpose = "Suivi de votre compte"
    consultation_what = ""
    list_per_page = 50

    def concerned_holder(self, obj: Any) -> Holder | None:
        """The person whose data the row shows, None when it shows nobody's."""
        raise NotImplementedError

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data:
            self._record_list(request, response.context_data["cl"].result_list)
        return response

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        obj = super().get_object(request, object_id, from_field)
        # Django looks the row up before it asks whether the person may see it: a refused look is no consultation.
        allowed = obj is not None and self.has_view_permission(request, obj)
        holder = self.concerned_holder(obj) if allowed else None
        if holder is not None:
            record_consultation(
                actor=request.user,  # type: ignore[arg-type]
                holder=holder,
                purpose=self.consultation_purpose,
                what=self.consultation_what,
            )
        return obj

    def _record_list(self, request: HttpRequest, shown: Iterable[Any]) -> None:
        holders = {holder.pk: holder for row in shown if (holder := self.concerned_holder(row))}
        record_consultations(
            actor=request.user,  # type: ignore[arg-type]
            holders=holders.values(),
            purpose=self.consultation_purpose,
            what=f"{self.consultation_what} (liste)",
        )
