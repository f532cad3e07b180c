"""Opening windows: seen by those they belong to, closed through the service that looks for bookings first."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.base import RoleModelAdmin
from accounts.enums import StaffRole
from accounts.models import User
from cep.exceptions import WindowHasBookings
from cep.models import Window
from cep.rules.wording import day_in_words, hour_in_words
from cep.selectors.windows import windows_visible_to
from cep.services.opening import close_windows


@admin.register(Window)
class WindowAdmin(RoleModelAdmin):
    view_roles = frozenset({StaffRole.CEP_ADVISER, StaffRole.CEP_MANAGER})
    list_display = ("day", "hours", "adviser", "site", "mode")
    # Only the places where the user has windows: the others are not theirs to see.
    list_filter = ("mode", ("site", admin.RelatedOnlyFieldListFilter))
    list_per_page = 50
    show_full_result_count = False
    actions = ("close",)
    fields = ("day", "hours", "adviser", "site", "mode")
    readonly_fields = ("day", "hours")

    def visible_to(self, user: User, queryset: QuerySet[Window]) -> QuerySet[Window]:
        return windows_visible_to(user).filter(span__endswith__gt=timezone.now()).order_by("span", "pk")

    @admin.display(description="jour", ordering="span")
    def day(self, window: Window) -> str:
        return day_in_words(window.span.lower.astimezone(window.site.zone).date())

    @admin.display(description="heures du lieu")
    def hours(self, window: Window) -> str:
        start, end = (
            edge.astimezone(window.site.zone).time() for edge in (window.span.lower, window.span.upper)
        )
        return f"{hour_in_words(start)} – {hour_in_words(end)}"

    @admin.action(description="Fermer ces plages (refusé s’il reste des rendez-vous)")
    def close(self, request: HttpRequest, queryset: QuerySet[Window]) -> None:
        try:
            closed = close_windows(windows=list(queryset))
        except WindowHasBookings as refusal:
            expected = ", ".join(str(booking) for booking in refusal.bookings)
            self.message_user(request, f"{refusal.message} Rendez-vous : {expected}.", messages.ERROR)
        else:
            self.message_user(request, f"{closed} plage(s) fermée(s).", messages.SUCCESS)
