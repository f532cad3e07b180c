"""Workshops: announced, followed and called off; the seats are taken by the people themselves."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget, AdminTimeWidget
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Holder, User
from accounts.services.access_log import record_consultations
from cep.admin.team import TeamAdmin, advisers_of
from cep.exceptions import ActionRefused
from cep.models import GroupSession
from cep.services.groups import call_off_session, open_session


class SessionForm(forms.ModelForm):  # type: ignore[type-arg]
    """The day and hours are those of the clock of the place."""

    day = forms.DateField(label="Jour", widget=AdminDateWidget)
    local_start = forms.TimeField(label="De", widget=AdminTimeWidget)
    local_end = forms.TimeField(label="À", widget=AdminTimeWidget)

    class Meta:
        model = GroupSession
        fields = ("adviser", "site", "title", "capacity")

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if self.errors:
            return answers
        if answers["local_end"] <= answers["local_start"]:
            self.add_error("local_end", "L’heure de fin vient après l’heure de début.")
        if answers["site"].operator_id != answers["adviser"].operator_id:
            self.add_error("site", "Un conseiller reçoit dans les lieux de son propre opérateur.")
        if not answers["capacity"]:
            self.add_error("capacity", "Un atelier a au moins une place.")
        if answers["day"] <= timezone.localdate():
            self.add_error("day", "Un atelier s’annonce au plus tard la veille.")
        return answers


@admin.register(GroupSession)
class GroupSessionAdmin(TeamAdmin):
    form = SessionForm
    list_display = ("title", "begins", "place", "adviser_name", "seats_taken", "standing")
    actions = ("call_off",)
    ordering = ("-span",)
    readonly_fields = ("begins", "place", "adviser_name", "seats_taken", "standing", "people")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("adviser", "site", "title", "day", "local_start", "local_end", "capacity")
        return ("title", *self.readonly_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else self.readonly_fields

    def visible_to(self, user: User, queryset: QuerySet[GroupSession]) -> QuerySet[GroupSession]:
        return queryset.filter(adviser__in=advisers_of(user)).select_related("adviser__user", "site")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        session = super().get_object(request, object_id, from_field)
        if session is not None and self.has_view_permission(request, session):
            record_consultations(
                actor=cast("User", request.user),
                holders=_people(session),
                purpose="Conseil en évolution professionnelle",
                what="Inscription à un atelier collectif",
            )
        return session

    def save_model(self, request: HttpRequest, obj: GroupSession, form: Any, change: bool) -> None:
        answers = form.cleaned_data
        names = ("adviser", "site", "title", "capacity", "day", "local_start", "local_end")
        opened = open_session(
            **{name: answers[name] for name in names}, actor=cast("User", request.user), now=timezone.now()
        )
        # The page goes on with the row that the service has written.
        obj.__dict__.update(opened.__dict__)

    @admin.display(description="jour et heure du lieu", ordering="span")
    def begins(self, session: GroupSession) -> str:
        return f"{session.when}, jusqu’à {session.ends}"

    @admin.display(description="lieu")
    def place(self, session: GroupSession) -> str:
        return session.site.name

    @admin.display(description="conseiller")
    def adviser_name(self, session: GroupSession) -> str:
        return session.adviser.display_name

    @admin.display(description="places")
    def seats_taken(self, session: GroupSession) -> str:
        return f"{session.taken} sur {session.capacity}"

    @admin.display(description="état")
    def standing(self, session: GroupSession) -> str:
        if session.called_off_at is not None:
            return f"Annulé le {timezone.localtime(session.called_off_at):%d/%m/%Y}"
        return "Annoncé" if session.starts_at > timezone.now() else "Passé"

    @admin.display(description="personnes inscrites")
    def people(self, session: GroupSession) -> str:
        return ", ".join(holder.display_name for holder in _people(session)) or "Personne pour l’instant"

    @admin.action(description="Annuler et prévenir les personnes inscrites")
    def call_off(self, request: HttpRequest, queryset: QuerySet[GroupSession]) -> None:
        for session in queryset.select_related("absence"):
            try:
                told = call_off_session(session=session, now=timezone.now())
            except ActionRefused as refusal:
                self.message_user(request, f"{session} : {refusal.message}", messages.WARNING)
            else:
                self.message_user(
                    request, f"{session} : annulé, {told} personne(s) prévenue(s).", messages.SUCCESS
                )


def _people(session: GroupSession) -> list[Holder]:
    return [seat.holder for seat in session.seats.select_related("holder").order_by("taken_at", "pk")]
