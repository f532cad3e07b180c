from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.base import HolderDataAdmin
from accounts.enums import DataRequestState, StaffRole
from accounts.models import DataRequest, Holder, User
from accounts.services.data_requests import answer_data_request

OFFICER = frozenset({StaffRole.DATA_PROTECTION})


class DataRequestAnswerForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = DataRequest
        fields = ("state", "answer")

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if answers.get("state") == DataRequestState.RECEIVED or not answers.get("answer"):
            raise ValidationError(
                "Choisissez « Acceptée » ou « Refusée », et écrivez la réponse que la personne lira."
            )
        return answers


@admin.register(DataRequest)
class DataRequestAdmin(HolderDataAdmin):
    """The officer's work: the nearest deadline first, an answer once."""

    form = DataRequestAnswerForm
    view_roles = change_roles = OFFICER
    consultation_purpose = "Réponse à votre demande sur vos données"
    consultation_what = "Demandes sur les données"
    list_display = ("due_on", "kind", "holder", "state", "received_at")
    list_filter = ("state", "kind")
    list_select_related = ("holder",)
    fields = ("holder", "kind", "text", "received_at", "due_on", "state", "answer", "ground", "answered_at")
    readonly_fields = ("holder", "kind", "text", "received_at", "due_on", "ground", "answered_at")

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # The officer answers for the whole installation.
        return queryset

    def concerned_holder(self, obj: DataRequest) -> Holder:
        return obj.holder

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # What was answered stays as the person read it.
        return super().has_change_permission(request, obj) and (obj is None or obj.is_open)

    def save_model(self, request: HttpRequest, obj: DataRequest, form: Any, change: bool) -> None:
        answer_data_request(
            request=obj,
            officer=request.user,  # type: ignore[arg-type]
            accepted=form.cleaned_data["state"] == DataRequestState.ACCEPTED,
            answer=form.cleaned_data["answer"],
        )
