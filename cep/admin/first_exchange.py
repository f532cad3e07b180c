"""The delay before a first exchange: who waits, since when, and what must be done before the thirtieth working day."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.admin.base import HolderDataAdmin
from accounts.models import Holder, User
from cep.admin.reaching import way_to_reach
from cep.admin.team import MANAGERS
from cep.enums import RequestEnd
from cep.exceptions import ActionRefused
from cep.models import AdviceRequest
from cep.rules.first_exchange import DELAY_DAYS
from cep.selectors.first_exchange import LEVELS, requests_visible_to, waiting_by_zone
from cep.services.first_exchange import end_request, level_in_words


class LevelFilter(admin.SimpleListFilter):
    title = "délai"
    parameter_name = "delai"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(level), level_in_words(level)) for level in LEVELS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        return queryset.filter(end=RequestEnd.OPEN, level__gte=int(chosen)) if chosen.isdigit() else queryset


@admin.register(AdviceRequest)
class AdviceRequestAdmin(HolderDataAdmin):
    view_roles = MANAGERS
    consultation_purpose = "Conseil en évolution professionnelle"
    consultation_what = "Demande de conseil"
    change_list_template = "admin/cep/advicerequest/change_list.html"
    list_display = ("received", "person", "standing", "elapsed", "due_on", "next_meeting", "contact", "site")
    list_filter = (LevelFilter, "end", "channel", ("site", admin.RelatedOnlyFieldListFilter))
    ordering = ("end", "due_on", "pk")
    show_full_result_count = False
    actions = ("had_an_exchange", "gave_up", "advised_elsewhere")
    fields = readonly_fields = (
        "received", "channel", "person", "contact", "site_name", "elapsed", "due_on", "next_meeting", "standing",
    )  # fmt: skip

    def visible_to(self, user: User, queryset: QuerySet[AdviceRequest]) -> QuerySet[AdviceRequest]:
        return requests_visible_to(user, now=timezone.now())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        zones = waiting_by_zone(request.user, now=timezone.now())  # type: ignore[arg-type]
        words = {"title": "Demandes de conseil", "zones": zones, "levels": LEVELS, "delay": DELAY_DAYS}
        return super().changelist_view(request, words | (extra_context or {}))

    def concerned_holder(self, obj: AdviceRequest) -> Holder:
        return obj.holder

    @admin.display(description="demande du", ordering="received_at")
    def received(self, request: AdviceRequest) -> str:
        return f"{request.received_on:%d/%m/%Y}"

    @admin.display(description="personne", ordering="holder__birth_name")
    def person(self, request: AdviceRequest) -> str:
        return request.holder.display_name

    @admin.display(description="joindre")
    def contact(self, request: AdviceRequest) -> str:
        return way_to_reach(request.holder)

    @admin.display(description="lieu")
    def site_name(self, request: AdviceRequest) -> str:
        return request.site.name

    @admin.display(description="jours ouvrés écoulés", ordering="received_at")
    def elapsed(self, request: Any) -> str:
        """Until today, or until the exchange."""
        last = request.local_day
        if request.ended_at is not None:
            last = request.ended_at.astimezone(request.site.zone).date()
        return f"{request.clock.elapsed(last)} sur {DELAY_DAYS}"

    @admin.display(description="prochain rendez-vous", ordering="next_meeting_on")
    def next_meeting(self, request: Any) -> str:
        day = request.next_meeting_on
        if day is None or request.end:
            return "–" if request.end else "aucun"
        return f"{day:%d/%m/%Y}" + (", trop tard" if day > request.due_on else "")

    @admin.display(description="à faire")
    def standing(self, request: Any) -> str:
        if request.end:
            return str(request.get_end_display())
        if request.level == 0:
            return "Dans les temps"
        if request.next_meeting_on is not None and request.next_meeting_on <= request.due_on:
            return "Rendez-vous pris dans le délai"
        return (
            "Délai dépassé : appeler"
            if request.level == DELAY_DAYS
            else "Proposer un créneau avant l’échéance"
        )

    @admin.action(description="Premier échange déjà eu avec un conseiller")
    def had_an_exchange(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._end(request, queryset, RequestEnd.MET)

    @admin.action(description="La personne renonce")
    def gave_up(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._end(request, queryset, RequestEnd.WITHDRAWN)

    @admin.action(description="Orientée vers un autre conseil")
    def advised_elsewhere(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._end(request, queryset, RequestEnd.REDIRECTED)

    def _end(self, request: HttpRequest, queryset: QuerySet[Any], end: RequestEnd) -> None:
        done = 0
        for asked in queryset:
            try:
                end_request(request=asked, end=end, now=timezone.now())
            except ActionRefused as refusal:
                self.message_user(request, f"{asked} : {refusal.message}", messages.WARNING)
            else:
                done += 1
        if done:
            self.message_user(request, f"{done} demande(s) close(s).", messages.SUCCESS)
