"""Another hour for the same appointment, and the answer to a replacement that was proposed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import is_holder
from cep.enums import MeetingKind, MeetingMode
from cep.exceptions import ActionRefused, CEPRefusal
from cep.forms.moving import MoveForm
from cep.models import Booking
from cep.rules.local_time import day_start
from cep.rules.meetings import HORIZON, MODES_OF_KIND, Slot
from cep.rules.wording import day_in_words
from cep.selectors.appointments import appointment_of
from cep.selectors.slots import bookable_slots, nearest_slots
from cep.services.appointments import accept_proposal
from cep.services.moving import move_appointment
from cep.views.request import HolderRequest
from cep.views.slots import SlotLink, slot_link
from cpa_portal.kernel.access import requires

A_FORTNIGHT = timedelta(days=14)


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def appointment_move(request: HolderRequest, key: UUID) -> HttpResponse:
    booking = _own(request, key)
    now = timezone.now()
    if not (booking.is_active and booking.starts_at > now):
        messages.error(request, "Ce rendez-vous ne peut plus être déplacé.")
        return redirect("cep:appointment_detail", key)
    return _move(request, booking, now) if request.method == "POST" else _choice_page(request, booking, now)


def _move(request: HolderRequest, booking: Booking, now: datetime) -> HttpResponse:
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choisissez un des créneaux de la liste.")
        return redirect("cep:appointment_move", booking.pk)
    answers = form.cleaned_data
    try:
        moved = move_appointment(
            key=answers["idempotency_key"],
            booking=booking,
            adviser=answers["adviser"],
            site=booking.site,
            mode=_mode(answers["mode"], booking),
            start=answers["start"],
            actor=request.user,
            now=now,
        )
    except CEPRefusal as refusal:
        messages.error(request, f"{refusal.message} Votre rendez-vous reste celui du {booking.when}.")
        return redirect(_page_of(booking, answers["mode"]))
    messages.success(
        request, "Votre rendez-vous est déplacé. Votre agenda est mis à jour par le fichier joint."
    )
    return redirect("cep:appointment_detail", moved.pk)


def _choice_page(request: HolderRequest, booking: Booking, now: datetime) -> HttpResponse:
    """What is free at the same place, in the same way or face to face: a fortnight, begun where the person asks."""
    mode = _asked_mode(request, booking)
    since = _asked_since(request, booking, mode, now)
    slots = _slots(booking, mode, since, now)
    first, horizon = now, now + HORIZON
    context = {
        "booking": booking,
        "form": MoveForm(initial={"mode": mode}),
        "mode": mode,
        "can_come": booking.mode != MeetingMode.ON_SITE and booking.kind != MeetingKind.SHORT,
        "on_site": mode == MeetingMode.ON_SITE,
        "days": _by_day(slots, booking),
        "earlier": _day(since - A_FORTNIGHT, booking) if since > first else "",
        "later": _day(since + A_FORTNIGHT, booking) if since + A_FORTNIGHT < horizon else "",
    }
    return render(request, "cep/appointment_move.html", context)


def _page_of(booking: Booking, mode: str) -> str:
    page = reverse("cep:appointment_move", args=[booking.pk])
    return f"{page}?mode={mode}" if mode else page


def _asked_mode(request: HolderRequest, booking: Booking) -> MeetingMode:
    """Its own, unless the person asks to come: from a distance to a place, never the other way round."""
    return _mode(request.GET.get("mode", ""), booking)


def _mode(asked: str, booking: Booking) -> MeetingMode:
    may_come = MeetingMode.ON_SITE in MODES_OF_KIND[MeetingKind(booking.kind)]
    wants_to_come = asked == MeetingMode.ON_SITE and may_come
    return MeetingMode.ON_SITE if wants_to_come else MeetingMode(booking.mode)


def _slots(booking: Booking, mode: MeetingMode, since: datetime, now: datetime) -> Sequence[Slot]:
    return bookable_slots(
        sites=[booking.site], mode=mode, since=since, until=since + A_FORTNIGHT, now=now,
        kind=MeetingKind(booking.kind),
    )  # fmt: skip


def _asked_since(request: HolderRequest, booking: Booking, mode: MeetingMode, now: datetime) -> datetime:
    """The day of the address; else today, or the day of the first slot that is near the appointment."""
    try:
        day = date.fromisoformat(request.GET.get("du", ""))
    except ValueError:
        near = nearest_slots(
            site=booking.site, mode=mode, start=booking.starts_at, now=now, limit=1,
            kind=MeetingKind(booking.kind),
        )  # fmt: skip
        if not near:
            return now
        day = (near[0].start - timedelta(days=3)).astimezone(booking.site.zone).date()
    today, last = (moment.astimezone(booking.site.zone).date() for moment in (now, now + HORIZON))
    return day_start(min(max(day, today), last), booking.site.zone)


def _day(moment: datetime, booking: Booking) -> str:
    return moment.astimezone(booking.site.zone).date().isoformat()


def _by_day(slots: Sequence[Slot], booking: Booking) -> list[tuple[str, list[tuple[str, SlotLink]]]]:
    days: dict[date, list[tuple[str, SlotLink]]] = {}
    for slot in slots:
        day = slot.start.astimezone(booking.site.zone).date()
        value = f"{slot.adviser_id} {slot.start.isoformat()}"
        days.setdefault(day, []).append((value, slot_link(slot, booking.site)))
    return [(day_in_words(day), links) for day, links in days.items()]


@requires(is_holder)
@require_POST
def appointment_accept(request: HolderRequest, key: UUID) -> HttpResponse:
    booking = _own(request, key)
    try:
        accept_proposal(booking=booking, actor=request.user, now=timezone.now())
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "C’est noté : ce rendez-vous est confirmé.")
    return redirect("cep:appointment_detail", key)


def _own(request: HolderRequest, key: UUID) -> Booking:
    booking = appointment_of(request.holder, key)
    if booking is None:
        raise Http404
    return booking
