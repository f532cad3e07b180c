"""Check one's answers, then book; when the slot is lost, say so and offer what is near."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import is_holder
from accounts.selectors.contact_points import address_of
from cep.enums import MeetingMode
from cep.exceptions import BookingBusy, CallsRefused, CEPRefusal, HolderAlreadyBooked, SlotUnavailable
from cep.forms import BookingForm, SlotForm
from cep.models import Booking, Site
from cep.rules.meetings import HOLD_MINUTES, MEETING_MINUTES, Slot
from cep.selectors.appointments import appointment_of, held_slot
from cep.selectors.windows import place_of
from cep.services.booking import book_appointment, hold_slot, kind_for
from cep.views.request import HolderRequest
from cep.views.slots import SlotLink, slot_link
from cpa_portal.kernel.access import requires


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_create(request: HolderRequest) -> HttpResponse:
    return _book(request) if request.method == "POST" else _check_answers(request)


def _check_answers(request: HolderRequest) -> HttpResponse:
    slot = SlotForm(request.GET)
    if not slot.is_valid():
        return _back_to_list(request)
    if slot.cleaned_data["mode"] == MeetingMode.PHONE and request.holder.refuses_calls:
        # Said before the person checks answers that cannot be booked.
        messages.warning(request, CallsRefused.message)
        return redirect("cep:slot_list")
    return _answers_page(request, slot, BookingForm(initial=request.GET.dict()))


def _book(request: HolderRequest) -> HttpResponse:
    form = BookingForm(request.POST)
    if not form.is_valid():
        slot = SlotForm(request.POST)
        return _answers_page(request, slot, form) if slot.is_valid() else _back_to_list(request)
    answers = form.cleaned_data
    try:
        booked = book_appointment(
            key=answers["idempotency_key"],
            holder=request.holder,
            adviser=answers["adviser"],
            site=answers["site"],
            mode=MeetingMode(answers["mode"]),
            start=answers["start"],
            now=timezone.now(),
            kind=kind_for(request.holder),
        )
    except HolderAlreadyBooked as refusal:
        return _already_booked(request, form, refusal)
    except CEPRefusal as refusal:
        return _refused_page(request, form, refusal)
    return redirect("cep:booking_confirmed", booked.pk)


@requires(is_holder)
@require_POST
def booking_hold(request: HolderRequest) -> HttpResponse:
    """Keep the slot a few minutes; the page to confirm is shown again, and says until when."""
    form = BookingForm(request.POST)
    if not form.is_valid():
        return _back_to_list(request)
    answers = form.cleaned_data
    try:
        hold_slot(
            key=answers["idempotency_key"],
            holder=request.holder,
            adviser=answers["adviser"],
            site=answers["site"],
            mode=MeetingMode(answers["mode"]),
            start=answers["start"],
            now=timezone.now(),
            kind=kind_for(request.holder),
        )
    except HolderAlreadyBooked as refusal:
        return _already_booked(request, form, refusal)
    except CEPRefusal as refusal:
        return _refused_page(request, form, refusal)
    query = urlencode(
        {name: form.data[name] for name in ("site", "adviser", "mode", "start", "idempotency_key")}
    )
    return redirect(f"{reverse('cep:booking_create')}?{query}")


def _back_to_list(request: HolderRequest) -> HttpResponse:
    messages.warning(request, "Ce créneau n’existe pas. Choisissez-en un dans la liste.")
    return redirect("cep:slot_list")


def _answers_page(request: HolderRequest, slot: SlotForm, form: BookingForm) -> HttpResponse:
    answers = slot.cleaned_data
    context = {
        "form": form,
        "site": answers["site"],
        "adviser": answers["adviser"],
        "meeting": _link_of(slot),
        "mode": answers["mode"],
        "minutes": MEETING_MINUTES,
        "hold_minutes": HOLD_MINUTES,
        "held": _held(request),
        "place": place_of(_slot_of(slot)),
    }
    return render(request, "cep/booking_create.html", context)


def _held(request: HolderRequest) -> Booking | None:
    """The slot that the person keeps, when the address names it and its time is not over."""
    try:
        key = UUID(request.GET.get("idempotency_key", ""))
    except ValueError:
        return None
    return held_slot(request.holder, key, now=timezone.now())


def _already_booked(request: HolderRequest, form: BookingForm, refusal: HolderAlreadyBooked) -> HttpResponse:
    answers, booked = form.cleaned_data, refusal.booking
    if (booked.adviser_id, booked.starts_at) == (answers["adviser"].pk, answers["start"]):
        # The same meeting asked for in another tab: the person has what they want.
        return redirect("cep:booking_confirmed", booked.pk)
    return _refused_page(request, form, refusal, in_the_way=booked)


def _refused_page(
    request: HolderRequest, form: BookingForm, refusal: CEPRefusal, in_the_way: Booking | None = None
) -> HttpResponse:
    """A plain page, not an error: the person goes on from here with the free meetings that are near."""
    nearest = refusal.nearest if isinstance(refusal, SlotUnavailable) else []
    context = {
        "form": form,
        "refusal": refusal,
        "meeting": _link_of(form),
        "nearest": _links(nearest, form.cleaned_data["site"]),
        "in_the_way": in_the_way,
        "can_retry": isinstance(refusal, BookingBusy),
    }
    return render(request, "cep/booking_refused.html", context)


def _links(slots: Sequence[Slot], site: Site) -> list[SlotLink]:
    return [slot_link(slot, site) for slot in slots]


def _link_of(form: SlotForm) -> SlotLink:
    return slot_link(_slot_of(form), form.cleaned_data["site"])


def _slot_of(form: SlotForm) -> Slot:
    answers = form.cleaned_data
    return Slot(answers["site"].pk, answers["adviser"].pk, answers["mode"], answers["start"])


@requires(is_holder)
@require_safe
def booking_confirmed(request: HolderRequest, key: UUID) -> HttpResponse:
    booking = appointment_of(request.holder, key)
    if booking is None:
        raise Http404
    context = {"booking": booking, "has_address": bool(address_of(request.holder))}
    return render(request, "cep/booking_confirmed.html", context)
