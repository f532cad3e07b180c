"""The adviser's agenda: their meetings, their team's for a manager, nobody's for anyone else."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts.enums import StaffRole
from accounts.models import Holder, User
from accounts.permissions import is_cep_adviser
from cep.admin.reaching import way_to_reach
from cep.admin.week import WeekPage
from cep.enums import BookingAction
from cep.exceptions import ActionRefused
from cep.models import Booking
from cep.rules.wording import MONTHS, hour_in_words
from cep.selectors.appointments import bookings_visible_to
from cep.selectors.double_support import supported_elsewhere_since
from cep.services.appointments import act_on_appointment
from cep.services.delays import Warned, warn_of_delay


class PeriodFilter(admin.SimpleListFilter):
    """From today on unless asked otherwise: an agenda opens on what is coming."""

    title = "période"
    parameter_name = "periode"

    PERIODS: dict[str, tuple[str, Callable[[date], dict[str, date]]]] = {
        "aujourdhui": ("Aujourd’hui", lambda today: {"local_date": today}),
        "semaine": (
            "Les sept jours qui viennent",
            lambda today: {"local_date__gte": today, "local_date__lt": today + timedelta(days=7)},
        ),
        "passe": ("Passés", lambda today: {"local_date__lt": today}),
        "tout": ("Tous", lambda today: {}),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(word, label) for word, (label, _) in self.PERIODS.items()]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield first | {"display": "À venir"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        today = timezone.localdate()
        if any(name.startswith("local_date__") for name in request.GET):
            # A day was chosen above the list: it decides.
            return queryset
        period = self.PERIODS.get(self.value() or "")
        return queryset.filter(**(period[1](today) if period else {"local_date__gte": today}))


@admin.register(Booking)
class BookingAdmin(WeekPage):
    """Read and acted upon here, never typed over: what changes goes through the services."""

    view_roles = frozenset({StaffRole.CEP_ADVISER, StaffRole.CEP_MANAGER})
    consultation_purpose = "Conseil en évolution professionnelle"
    consultation_what = "Rendez-vous avec un conseiller"
    list_display = ("begins", "person", "status", "contact", "mode", "site", "adviser")
    # Only the places where the user has meetings: the others are not theirs to see.
    list_filter = (PeriodFilter, "status", "mode", ("site", admin.RelatedOnlyFieldListFilter))
    date_hierarchy = "local_date"
    ordering = ("local_date", "local_time")
    search_fields = ("holder__birth_name", "holder__usual_name", "holder__first_names", "holder__phone", "id")
    search_help_text = "Nom, prénom, téléphone ou référence du rendez-vous"
    show_full_result_count = False
    actions = ("mark_done", "mark_no_show", "cancel_by_service")
    fields = readonly_fields = (
        "when",
        "person",
        "contact",
        "mode",
        "place",
        "adviser_name",
        "status",
        "other_support",
        "remote_reason",
        "created_at",
        "history_lines",
    )

    def visible_to(self, user: User, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        return bookings_visible_to(user)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": "Agenda", "receives_people": is_cep_adviser(request.user)}
        return super().changelist_view(request, context | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        late = path("retard/", self.admin_site.admin_view(self.say_late), name="cep_booking_late")
        return [late, *super().get_urls()]

    @method_decorator(require_POST)
    def say_late(self, request: HttpRequest) -> HttpResponse:
        """One key while somebody sits at the desk: it names nobody."""
        user = cast("User", request.user)
        if not is_cep_adviser(user):
            raise PermissionDenied
        warned = warn_of_delay(user=user, now=timezone.now())
        level = messages.WARNING if warned.unreachable else messages.SUCCESS
        self.message_user(request, said_of(warned), level)
        return redirect("admin:cep_booking_changelist")

    def concerned_holder(self, obj: Booking) -> Holder:
        return obj.person

    @admin.display(description="jour et heure du lieu", ordering="span")
    def begins(self, booking: Booking) -> str:
        return f"{booking.local_date:%d/%m/%Y} {hour_in_words(booking.local_time)}"

    @admin.display(description="rendez-vous")
    def when(self, booking: Booking) -> str:
        return booking.when

    @admin.display(description="personne", ordering="holder__birth_name")
    def person(self, booking: Booking) -> str:
        return booking.person.display_name

    @admin.display(description="joindre")
    def contact(self, booking: Booking) -> str:
        return way_to_reach(booking.person)

    # Plain words: the pages of places and colleagues are not open to an adviser.
    @admin.display(description="lieu")
    def place(self, booking: Booking) -> str:
        return f"{booking.site.name}, {booking.site.address}"

    @admin.display(description="conseiller")
    def adviser_name(self, booking: Booking) -> str:
        return booking.adviser.display_name

    @admin.display(description="déjà accompagné ailleurs")
    def other_support(self, booking: Booking) -> str:
        """Neither the other operator nor the other file: what must be asked, the person answers."""
        since = supported_elsewhere_since(
            booking.person, operator=booking.adviser.operator, today=timezone.localdate()
        )
        if since is None:
            return "Non"
        return (
            f"Peut-être, par un autre opérateur, depuis {MONTHS[since.month - 1]} {since.year}. Demandez-le à la "
            "personne ; en cas d’erreur, elle l’écrit au délégué à la protection des données."
        )

    @admin.display(description="historique")
    def history_lines(self, booking: Booking) -> str:
        return " ; ".join(str(event) for event in booking.events.all())

    @admin.action(description="Marquer : rencontre faite")
    def mark_done(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        self._act(request, queryset, BookingAction.MARK_DONE)

    @admin.action(description="Marquer : personne absente")
    def mark_no_show(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        self._act(request, queryset, BookingAction.MARK_NO_SHOW)

    @admin.action(description="Annuler et prévenir la personne")
    def cancel_by_service(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        self._act(request, queryset, BookingAction.CANCEL_BY_SERVICE)

    def _act(self, request: HttpRequest, queryset: QuerySet[Booking], action: BookingAction) -> None:
        actor = cast("User", request.user)
        done = 0
        for booking in queryset:
            try:
                act_on_appointment(key=booking.pk, action=action, actor=actor, now=timezone.now())
            except ActionRefused as refusal:
                self.message_user(request, f"{booking} : {refusal.message}", messages.WARNING)
            else:
                done += 1
        if done:
            self.message_user(request, f"{done} rendez-vous mis à jour.", messages.SUCCESS)


def said_of(warned: Warned) -> str:
    """What the adviser reads after one press."""
    if not any(warned):
        return "Vous n’attendez personne dans les deux heures qui viennent."
    said = [
        (warned.told, "prévenue(s) de vos dix minutes de retard"),
        (warned.known, "déjà prévenue(s)"),
        (warned.unreachable, "à appeler : ni adresse électronique, ni mobile"),
    ]
    return " ; ".join(f"{count} personne(s) {what}" for count, what in said if count) + "."
