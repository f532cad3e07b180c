"""Requests to close a site: asked by the manager, decided by France compétences, seen by both."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import User
from cep.admin.laying import PlanTeller
from cep.admin.team import MANAGERS, TeamAdmin
from cep.enums import ClosingDecision
from cep.exceptions import ActionRefused
from cep.models import ClosingRequest
from cep.selectors.closing import closing_requests_visible_to
from cep.services.closing import decide_closing, request_closing

DECIDERS = frozenset({StaffRole.FRANCE_COMPETENCES})
ASKED = ("site", "first_day", "reopens_on", "reason", "commitment", "evidence")
FIGURES = ("occupancy", "other_site")


class DecisionForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ClosingRequest
        fields = ("decision", "decision_reason")

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if not answers.get("decision"):
            self.add_error("decision", "Choisissez : acceptée ou refusée.")
        if not answers.get("decision_reason", "").strip():
            self.add_error("decision_reason", "Dites pourquoi : l’opérateur le lira.")
        return answers


@admin.register(ClosingRequest)
class ClosingRequestAdmin(PlanTeller, TeamAdmin):
    view_roles = MANAGERS | DECIDERS
    add_roles = MANAGERS
    change_roles = DECIDERS
    list_display = ("place", "standing", "first_day", "reopens_on", "occupancy", "other_site")
    list_filter = ("decision",)
    actions = ()

    def visible_to(self, user: User, queryset: QuerySet[ClosingRequest]) -> QuerySet[ClosingRequest]:
        return closing_requests_visible_to(user)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Demandes de fermeture"} | (extra_context or {}))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A decision is taken once."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_pending)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None and self.has_change_permission(request, obj):
            kwargs["form"] = DecisionForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ASKED
        return ("place", *ASKED[1:], *FIGURES, "asked_at", "decision", "decision_reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else ("place", *ASKED[1:], *FIGURES, "asked_at")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ActionRefused as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: ClosingRequest, form: Any, change: bool) -> None:
        actor, now = cast("User", request.user), timezone.now()
        if change:
            decision = ClosingDecision(form.cleaned_data["decision"])
            reason = form.cleaned_data["decision_reason"]
            report = decide_closing(request=obj, decision=decision, reason=reason, actor=actor, now=now)
            if decision == ClosingDecision.ACCEPTED:
                self.tell(request, report)
            return
        asked = request_closing(**{name: form.cleaned_data[name] for name in ASKED}, actor=actor, now=now)
        # The page goes on with the row that the service has written.
        obj.__dict__.update(asked.__dict__)

    @admin.display(description="lieu", ordering="site__name")
    def place(self, asked: ClosingRequest) -> str:
        return f"{asked.site.name} ({asked.site.operator.name})"

    @admin.display(description="occupation sur douze semaines")
    def occupancy(self, asked: ClosingRequest) -> str:
        if asked.occupancy is None:
            return "aucune heure offerte"
        share = f"{asked.occupancy:.0%}".replace("%", "\u00a0%")
        return f"{share} ({asked.used_minutes // 60} h sur {asked.offered_minutes // 60} h)"

    @admin.display(description="autre lieu le plus proche")
    def other_site(self, asked: ClosingRequest) -> str:
        if asked.nearest_site is None or asked.nearest_km is None:
            return "aucun chez cet opérateur"
        return f"{asked.nearest_site.name}, à {asked.nearest_km:.0f} km à vol d’oiseau"

    @admin.display(description="état", ordering="decision")
    def standing(self, asked: ClosingRequest) -> str:
        if asked.decided_at is None:
            return str(asked.get_decision_display())
        return f"{asked.get_decision_display()} le {timezone.localtime(asked.decided_at):%d/%m/%Y}"
