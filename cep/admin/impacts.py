"""Appointments that have lost their opening: a list to empty, one proposal or one call at a time."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.base import HolderDataAdmin
from accounts.enums import StaffRole
from accounts.models import Holder, User
from cep.admin.reaching import way_to_reach
from cep.models import Impact
from cep.selectors.appointments import bookings_visible_to
from cep.services.moving import propose_replacements


@admin.register(Impact)
class ImpactAdmin(HolderDataAdmin):
    view_roles = frozenset({StaffRole.CEP_ADVISER, StaffRole.CEP_MANAGER})
    consultation_purpose = "Conseil en évolution professionnelle"
    consultation_what = "Rendez-vous à replacer"
    list_display = ("begins", "person", "contact", "adviser_name", "cause", "state")
    list_filter = ("cause", "end")
    show_full_result_count = False
    actions = ("propose",)
    fields = readonly_fields = ("begins", "person", "contact", "adviser_name", "cause", "opened_at", "state")

    def visible_to(self, user: User, queryset: QuerySet[Impact]) -> QuerySet[Impact]:
        """Open ones first, then the soonest: those to call today are on top."""
        seen = bookings_visible_to(user).order_by().values("pk")
        return (
            queryset.filter(booking__in=seen)
            .select_related("booking__holder__user", "booking__site", "booking__adviser__user")
            .order_by(
                F("closed_at").asc(nulls_first=True), "booking__local_date", "booking__local_time", "pk"
            )
        )

    def concerned_holder(self, obj: Impact) -> Holder:
        return obj.booking.person

    @admin.display(description="rendez-vous")
    def begins(self, impact: Impact) -> str:
        return f"{impact.booking.when}, {impact.booking.site.name}"

    @admin.display(description="personne")
    def person(self, impact: Impact) -> str:
        return impact.booking.person.display_name

    @admin.display(description="joindre")
    def contact(self, impact: Impact) -> str:
        return way_to_reach(impact.booking.person)

    @admin.display(description="conseiller")
    def adviser_name(self, impact: Impact) -> str:
        return impact.booking.adviser.display_name

    @admin.display(description="suite", ordering="end")
    def state(self, impact: Impact) -> str:
        return str(impact.get_end_display())

    @admin.action(description="Chercher et proposer un remplacement")
    def propose(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        impacts = list(queryset.filter(closed_at__isnull=True))
        done = propose_replacements(impacts=impacts, actor=cast("User", request.user), now=timezone.now())
        text = f"{done} remplacement(s) proposé(s), {len(impacts) - done} sans créneau libre."
        self.message_user(request, text, messages.SUCCESS if done == len(impacts) else messages.WARNING)
