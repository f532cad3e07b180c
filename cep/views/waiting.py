"""The waiting lists of the person: joined, answered and left from here. Another person's answers 404."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import is_holder
from accounts.selectors.contact_points import address_of
from cep.enums import MeetingKind, MeetingMode, WaitingState
from cep.exceptions import CallsRefused
from cep.forms.waiting import WaitForm
from cep.models import WaitingEntry
from cep.rules.meetings import Slot
from cep.rules.wording import meeting_in_words
from cep.selectors.slots import free_advisers
from cep.selectors.waiting import wait_of, waits_of
from cep.services.waiting import leave_the_list, refuse_offer, wait_for_slot
from cep.views.request import HolderRequest
from cep.views.slots import SlotLink, slot_link
from cpa_portal.kernel.access import requires


@dataclass(frozen=True)
class Offer:
    """A freed meeting, and until when the person is the only one told of it; no link once it is taken."""

    when: str
    before: str
    link: SlotLink | None


@requires(is_holder)
@require_safe
def waiting_list(request: HolderRequest) -> HttpResponse:
    now = timezone.now()
    waits = [(entry, _offer(entry, now)) for entry in waits_of(request.holder)]
    return render(
        request, "cep/waiting_list.html", {"waits": waits, "has_address": bool(address_of(request.holder))}
    )


@requires(is_holder)
@require_POST
def waiting_join(request: HolderRequest) -> HttpResponse:
    form = WaitForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Ce lieu d’accueil n’existe pas. Choisissez-en un dans la liste.")
        return redirect("cep:slot_list")
    site, mode = form.cleaned_data["site"], MeetingMode(form.cleaned_data["mode"])
    try:
        wait_for_slot(holder=request.holder, site=site, mode=mode)
    except CallsRefused as refusal:
        messages.error(request, refusal.message)
        return redirect("cep:slot_list")
    messages.success(request, f"Vous êtes sur la liste d’attente : {site.name}, {str(mode.label).lower()}.")
    return redirect("cep:waiting_list")


@requires(is_holder)
@require_POST
def waiting_pass(request: HolderRequest, key: int) -> HttpResponse:
    refuse_offer(entry=_own(request, key), now=timezone.now())
    messages.success(request, "C’est noté : ce rendez-vous est proposé à une autre personne.")
    return redirect("cep:waiting_list")


@requires(is_holder)
@require_http_methods(["GET", "HEAD", "POST"])
def waiting_leave(request: HolderRequest, key: int) -> HttpResponse:
    entry = _own(request, key)
    if request.method != "POST":
        return render(request, "cep/waiting_leave.html", {"entry": entry})
    leave_the_list(entry=entry)
    messages.success(request, f"Vous n’êtes plus sur la liste d’attente : {entry.site.name}.")
    return redirect("cep:waiting_list")


def _offer(entry: WaitingEntry, now: datetime) -> Offer | None:
    """Two queries for an entry with an offer under way, none for the others."""
    start, ends = entry.offered_start, entry.offer_ends_at
    if entry.state != WaitingState.OFFERED or start is None or ends is None or ends <= now:
        return None
    site = entry.site
    free = free_advisers(
        site=site, mode=entry.mode, start=start, kind=MeetingKind.FIRST, holder=entry.holder, now=now
    )
    when, before = (
        meeting_in_words(moment.astimezone(site.zone), site.zone_note) for moment in (start, ends)
    )
    link = slot_link(Slot(site.pk, free[0].pk, entry.mode, start), site) if free else None
    return Offer(when, before, link)


def _own(request: HolderRequest, key: int) -> WaitingEntry:
    entry = wait_of(request.holder, key)
    if entry is None:
        raise Http404
    return entry
