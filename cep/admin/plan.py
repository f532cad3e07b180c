"""The plan of advisers: openings, absences, closures, departures. Recorded here, laid down by the services."""

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple, HiddenInput, TypedMultipleChoiceField
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import User
from accounts.selectors.staff import scope_codes
from cep.admin.laying import PlanTeller
from cep.admin.team import MANAGERS, TeamAdmin, advisers_of
from cep.models import Absence, Departure, ExtraOpening, Pattern, SiteClosure
from cep.models.plan import WEEKDAYS
from cep.rules.wording import day_in_words
from cep.selectors.plans import next_days_of
from cep.services.closing import close_briefly
from cep.services.plans import PlanReport, lift, record_absence, record_departure, record_opening


class PlanAdmin(PlanTeller, TeamAdmin):
    """What is recorded is not typed over: it is lifted, and recorded anew."""

    actions: tuple[str, ...] = ("lift_entries",)

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(adviser__in=advisers_of(user)).select_related("adviser__user")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor = cast("User", request.user)
        self.tell(request, self.record(obj, actor))

    def record(self, obj: Any, actor: User) -> PlanReport:
        raise NotImplementedError

    @admin.action(description="Lever : comme si cela n’avait pas été décidé")
    def lift_entries(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for entry in queryset:
            self.tell(request, lift(entry=entry, now=timezone.now()))

    @admin.display(description="conseiller", ordering="adviser")
    def adviser_name(self, entry: Any) -> str:
        return cast("str", entry.adviser.display_name)

    @admin.display(description="état")
    def standing(self, entry: Any) -> str:
        return (
            "En vigueur" if entry.is_in_force else f"Levé le {timezone.localtime(entry.lifted_at):%d/%m/%Y}"
        )


class PatternForm(forms.ModelForm):  # type: ignore[type-arg]
    """Shows the next dates before anything is recorded: a rule that was misread is seen there."""

    weekdays = TypedMultipleChoiceField(
        label="Jours", choices=WEEKDAYS, coerce=int, widget=CheckboxSelectMultiple
    )
    seen = forms.CharField(required=False, widget=HiddenInput)

    class Meta:
        model = Pattern
        fields = (
            "adviser", "site", "mode", "weekdays", "every_weeks", "week_of_month", "local_start", "local_end",
            "starts_on", "ends_on", "place",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if self.errors:
            return answers
        days = self._next_days(answers)
        shown = ", ".join(day_in_words(day) for day in days)
        if self.data.get("seen") != shown:
            data = QueryDict(mutable=True)
            data.update(cast("Any", self.data))
            data["seen"] = shown
            self.data = data
            self.add_error(
                None,
                f"Prochaines dates : {shown}. Enregistrez de nouveau si c’est bien cela."
                if days
                else "Cette règle ne tombe sur aucun jour à venir.",
            )
        return answers

    def _next_days(self, answers: dict[str, Any]) -> list[date]:
        names = ("weekdays", "starts_on", "ends_on", "every_weeks", "week_of_month")
        rule = Pattern(**{name: answers.get(name) for name in names}).recurrence
        return next_days_of(rule, site=answers["site"], today=timezone.localdate())


OPENING_FIELDS = ("adviser", "site", "mode", "local_start", "local_end", "place")


@admin.register(Pattern)
class PatternAdmin(PlanAdmin):
    form = PatternForm
    fields = ("adviser", "site", "mode", "weekdays", "every_weeks", "week_of_month", "local_start", "local_end",
              "starts_on", "ends_on", "place", "seen")  # fmt: skip
    list_display = ("__str__", "adviser_name", "site", "mode", "starts_on", "ends_on", "standing")
    list_select_related = ("site", "adviser__user")

    def record(self, obj: Pattern, actor: User) -> PlanReport:
        return record_opening(opening=obj, actor=actor, now=timezone.now())


@admin.register(ExtraOpening)
class ExtraOpeningAdmin(PlanAdmin):
    fields = (*OPENING_FIELDS[:3], "day", *OPENING_FIELDS[3:])
    list_display = ("__str__", "adviser_name", "site", "mode", "standing")
    list_select_related = ("site", "adviser__user")

    def record(self, obj: ExtraOpening, actor: User) -> PlanReport:
        return record_opening(opening=obj, actor=actor, now=timezone.now())


@admin.register(Absence)
class AbsenceAdmin(PlanAdmin):
    fields = ("adviser", "kind", "first_day", "last_day", "local_start", "local_end", "private_reason")
    list_display = ("__str__", "adviser_name", "kind", "standing")

    def record(self, obj: Absence, actor: User) -> PlanReport:
        return record_absence(absence=obj, actor=actor, now=timezone.now())


@admin.register(SiteClosure)
class SiteClosureAdmin(PlanAdmin):
    view_roles = add_roles = MANAGERS
    fields = ("site", "first_day", "last_day", "local_start", "local_end", "reason")
    list_display = ("__str__", "site", "reason", "standing")
    list_select_related = ("site",)

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(site__operator__code__in=scope_codes(user, StaffRole.CEP_MANAGER))

    def record(self, obj: SiteClosure, actor: User) -> PlanReport:
        return close_briefly(closure=obj, actor=actor, now=timezone.now())


@admin.register(Departure)
class DepartureAdmin(PlanAdmin):
    view_roles = add_roles = MANAGERS
    fields = ("adviser", "last_day")
    list_display = ("adviser_name", "last_day", "recorded_at")
    actions = ()

    def record(self, obj: Departure, actor: User) -> PlanReport:
        report = record_departure(adviser=obj.adviser, last_day=obj.last_day, actor=actor, now=timezone.now())
        # The page goes on with the row that the service has written.
        obj.pk = Departure.objects.values_list("pk", flat=True).get(adviser=obj.adviser)
        obj._state.adding = False
        return report
