from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.base import HolderDataAdmin, RoleInline
from accounts.enums import StaffRole
from accounts.models import Holder, HolderNIR, Situation, User

READERS = frozenset({StaffRole.DATA_PROTECTION, StaffRole.ADMINISTRATOR})


class HolderNIRInline(RoleInline):
    """The number itself is on no page of the back office."""

    model = HolderNIR
    view_roles = READERS
    fields = readonly_fields = ("masked_nir", "since", "until")

    @admin.display(description="NIR (masqué)")
    def masked_nir(self, row: HolderNIR) -> str:
        return row.masked


class SituationInline(RoleInline):
    model = Situation
    view_roles = READERS
    fields = readonly_fields = ("kind", "starts_on", "ends_on", "source", "source_detail")


@admin.register(Holder)
class HolderAdmin(HolderDataAdmin):
    view_roles = READERS
    consultation_what = "Identité et situations"
    list_display = ("display_name", "birth_date", "home_commune_code", "deceased_on")
    list_display_links = ("display_name",)
    search_fields = ("birth_name__istartswith", "usual_name__istartswith")
    search_help_text = "Début du nom de naissance ou d’usage."
    show_full_result_count = False
    exclude = ("user",)
    inlines = (HolderNIRInline, SituationInline)

    @admin.display(description="titulaire", ordering="birth_name")
    def display_name(self, holder: Holder) -> str:
        return holder.display_name

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Both roles answer for every holder of the installation.
        return queryset

    def concerned_holder(self, obj: Holder) -> Holder:
        return obj

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # Nobody browses through people: a list is the answer to a question.
        if not search_term:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)
