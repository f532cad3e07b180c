"""Operators, sites and advisers: kept by administrators, read by managers for their own operators."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join

from accounts.admin.base import RoleModelAdmin
from accounts.enums import StaffRole
from accounts.models import User
from accounts.permissions import is_administrator
from accounts.selectors.staff import scope_codes
from cep.admin.laying import PlanTeller
from cep.models import Adviser, Operator, Site
from cep.rules.extended_hours import ExtendedWeek
from cep.selectors.extended_hours import extended_weeks
from cep.services.plans import change_network

KEEPERS = frozenset({StaffRole.ADMINISTRATOR})


class NetworkAdmin(PlanTeller, RoleModelAdmin):
    """Nothing is deleted: what has been used stays, with its dates."""

    view_roles = frozenset({StaffRole.CEP_MANAGER})
    add_roles = change_roles = KEEPERS
    # From the model to the code of its operator.
    operator_code = "operator__code"

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if is_administrator(user):
            return queryset
        return queryset.filter(**{f"{self.operator_code}__in": scope_codes(user, StaffRole.CEP_MANAGER)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        report = change_network(entry=obj, now=timezone.now())
        if report.added or report.removed or report.impacts:
            self.tell(request, report)


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
    readonly_fields = ("extended_hours",)

    @admin.display(description="horaires élargis")
    def extended_hours(self, site: Site) -> str:
        """This week and the three next ones; nothing for a place that is being added."""
        if site.pk is None:
            return "–"
        # As it is kept: the form may hold a zone that is refused.
        kept = Site.objects.select_related("operator").get(pk=site.pk)
        weeks = extended_weeks(site=kept, since=timezone.now(), weeks=4)
        return format_html_join("", "<p>{}</p>", ((_week_in_words(week),) for week in weeks))


@admin.register(Adviser)
class AdviserAdmin(NetworkAdmin):
    list_display = ("display_name", "operator", "starts_on", "ends_on")
    list_select_related = ("operator", "user")
    search_fields = ("user__first_name", "user__last_name", "user__email")
    raw_id_fields = ("user",)


def _week_in_words(week: ExtendedWeek) -> str:
    share = "" if week.used_share is None else f", {week.used_share:.0%} utilisées".replace("%", "\u00a0%")
    kept = "tenu" if week.is_kept else "non tenu"
    return (
        f"Semaine du {week.monday:%d/%m/%Y} : {week.days} jour(s) sur {week.days_due} demandé(s), engagement {kept}. "
        f"{week.offered_minutes // 60} h {week.offered_minutes % 60:02d} offertes{share}."
    )
