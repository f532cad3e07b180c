"""The person's own appointments: another person's answers 404, as if it did not exist."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import is_holder
from cep.enums import BookingStatus
from cep.exceptions import ActionRefused
from cep.models import Booking
from cep.selectors.appointments import appointment_of, appointments_of, is_called_off, latest_of
from cep.services.appointments import cancel_appointment
from cep.services.calendar_files import MeetingFacts, calendar_file
from cep.views.request import HolderRequest
from cpa_portal.kernel.access import requires

CANCELLED = frozenset({BookingStatus.CANCELLED_BY_PERSON, BookingStatus.CANCELLED_BY_SERVICE})


@requires(is_holder)
@require_safe
def appointment_list(request: HolderRequest) -> HttpResponse:
    now = timezone.now()
    appointments = list(appointments_of(request.holder))
    upcoming = [booking for booking in reversed(appointments) if _is_upcoming(booking, now)]
    past = [booking for booking in appointments if not _is_upcoming(booking, now)]
    return render(request, "cep/appointment_list.html", {"upcoming": upcoming, "past": past})


@requires(is_holder)
@require_safe
def appointment_detail(request: HolderRequest, key: UUID) -> HttpResponse:
    booking = _own(request, key)
    return render(
        request,
        "cep/appointment_detail.html",
        {
            "booking": booking,
            "can_cancel": _can_cancel(booking),
            "is_called_off": is_called_off(booking),
            "replaced_by": latest_of(booking) if booking.status == BookingStatus.MOVED else None,
        },
    )


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_cancel(request: HolderRequest, key: UUID) -> HttpResponse:
    booking = _own(request, key)
    if request.method != "POST":
        if not _can_cancel(booking):
            return redirect("cep:appointment_detail", key)
        return render(request, "cep/appointment_cancel.html", {"booking": booking})
    try:
        cancel_appointment(booking=booking, actor=request.user, now=timezone.now())
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Votre rendez-vous est annulé. Le créneau est rendu à d’autres personnes.")
    return redirect("cep:appointment_detail", key)


@requires(is_holder)
@require_safe
def appointment_calendar(request: HolderRequest, key: UUID) -> HttpResponse:
    booking = _own(request, key)
    latest = latest_of(booking)
    method = "CANCEL" if latest.status in CANCELLED else "PUBLISH"
    content = calendar_file(MeetingFacts.of(latest, now=timezone.now()), method=method)
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="rendez-vous.ics"'},
    )


def _own(request: HolderRequest, key: UUID) -> Booking:
    booking = appointment_of(request.holder, key)
    if booking is None:
        raise Http404
    return booking


def _is_upcoming(booking: Booking, now: datetime) -> bool:
    return booking.is_active and booking.ends_at > now


def _can_cancel(booking: Booking) -> bool:
    return booking.is_active and booking.starts_at > timezone.now()
