"""The agenda as a week: the same meetings as in the list, under the days, with the hours when doors are open."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.admin.base import HolderDataAdmin
from accounts.models import User
from cep.rules.wording import days_in_words
from cep.selectors.week import week_of

if TYPE_CHECKING:
    from django.urls import URLPattern

A_WEEK = timedelta(days=7)


class WeekPage(HolderDataAdmin):
    """Adds /semaine/ to the admin pages of meetings."""

    def get_urls(self) -> "list[URLPattern]":
        week = path("semaine/", self.admin_site.admin_view(self.week_view), name="cep_booking_week")
        return [week, *super().get_urls()]

    def week_view(self, request: HttpRequest) -> TemplateResponse:
        """The week of `?jour=2026-11-23`, this one without it, or when it is no day."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        monday = monday_of(request.GET.get("jour", ""))
        days = week_of(cast("User", request.user), monday=monday)
        self._record_list(request, [meeting for day in days for meeting in day.meetings])
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"Semaine {days_in_words(monday, monday + timedelta(days=6))}",
            "opts": self.opts,
            "days": days,
            "today": timezone.localdate(),
            "before": monday - A_WEEK,
            "after": monday + A_WEEK,
        }
        return TemplateResponse(request, "admin/cep/booking/week.html", context)


def monday_of(said: str) -> date:
    try:
        day = parse_date(said)
    except ValueError:
        day = None
    # One week before and after are linked: the first and last years of the calendar have none.
    if day is None or not 2000 <= day.year <= 2999:
        day = timezone.localdate()
    return day - timedelta(days=day.weekday())
