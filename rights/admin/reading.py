from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.admin.base import HolderDataAdmin, RoleInline
from accounts.enums import StaffRole
from accounts.models import Holder, User

READERS = frozenset({StaffRole.CDC, StaffRole.DATA_PROTECTION})


class ReadOnlyInline(RoleInline):
    view_roles = READERS
    can_delete = False


class RightsAdmin(HolderDataAdmin):
    """What belongs to one person: found by the beginning of a name, read, never typed over."""

    view_roles = READERS
    search_fields: ClassVar[tuple[str, ...]] = (
        "holder__birth_name__istartswith",
        "holder__usual_name__istartswith",
    )
    search_help_text = "Début du nom de naissance ou d’usage."
    list_select_related = ("holder",)
    show_full_result_count = False

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Both roles answer for every account of the installation.
        return queryset

    def concerned_holder(self, obj: Any) -> Holder:
        holder: Holder = obj.holder
        return holder

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # Nobody browses through people: a list is the answer to a question.
        if not search_term:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields or ()
