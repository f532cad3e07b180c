"""The list of free meetings: a place, a way of meeting, a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from accounts.permissions import is_holder
from cep.enums import MeetingMode
from cep.forms.search import FIRST_MODE, MODE_WORDS, OTHER_PLACE, SlotSearchForm
from cep.forms.waiting import WaitForm
from cep.models import Site
from cep.rules.local_time import day_start
from cep.rules.meetings import HORIZON, Slot
from cep.rules.wording import day_in_words, days_in_words, hour_in_words, meeting_in_words
from cep.selectors.places import NamedPlace, PersonalPlace, Point, place_named, places_of
from cep.selectors.sites import NearSite, sites_near
from cep.selectors.slots import bookable_slots, first_slot_of_each_site
from cep.views.request import HolderRequest
from cpa_portal.kernel.access import requires

A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class SlotLink:
    """A free meeting as the page shows it: the hour to see, the whole to hear, the address to follow."""

    hour: str
    when: str
    site: Site
    mode_label: str
    url: str


@dataclass(frozen=True)
class SiteChoice:
    """Another place of the list, with its distance and what is free first."""

    site: Site
    distance: str
    first: SlotLink | None
    url: str


def slot_link(slot: Slot, site: Site) -> SlotLink:
    local = slot.start.astimezone(site.zone)
    query = urlencode(
        {"site": slot.site_id, "adviser": slot.adviser_id, "mode": slot.mode, "start": slot.start.isoformat()}
    )
    return SlotLink(
        hour=hour_in_words(local.time()),
        when=meeting_in_words(local, site.zone_note),
        site=site,
        mode_label=MeetingMode(slot.mode).label,
        url=f"{reverse('cep:booking_create')}?{query}",
    )


@requires(is_holder)
@require_safe
def slot_list(request: HolderRequest) -> HttpResponse:
    places = places_of(request.holder)
    form = _search_form(request, places)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        place = _place(form, places)
        context["other_places"] = [(label, _other_place(request, text)) for label, text in place.others]
        if place.point is not None:
            context |= _slots_context(request, place.point, MODE_WORDS[form.cleaned_data["mode"]])
    return render(request, "cep/slot_list.html", context)


def _search_form(request: HolderRequest, places: Sequence[PersonalPlace]) -> SlotSearchForm:
    """What the address says, completed: near work if it is known, face to face first."""
    answers = {"lieu": places[0].code if places else OTHER_PLACE, "mode": FIRST_MODE}
    asked, calls_refused = _asked(request), request.holder.refuses_calls
    if asked.get("lieu", OTHER_PLACE) not in {OTHER_PLACE, *(place.code for place in places)}:
        # A link may name the commune itself: ?lieu=Bastia, ?lieu=2B033, ?lieu=20200.
        asked |= {"lieu": OTHER_PLACE, "commune": asked["lieu"]}
    if not (places or asked):
        # Nothing is known and nothing was asked yet: the question, without a reproach.
        return SlotSearchForm(initial=answers, places=places, calls_refused=calls_refused)
    return SlotSearchForm(answers | asked, places=places, calls_refused=calls_refused)


def _asked(request: HolderRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("lieu", "commune", "mode") if request.GET.get(name)}


def _place(form: SlotSearchForm, places: Sequence[PersonalPlace]) -> NamedPlace:
    wanted = form.cleaned_data["lieu"]
    if wanted != OTHER_PLACE:
        return NamedPlace(next(place.point for place in places if place.code == wanted))
    found = place_named(form.cleaned_data["commune"])
    if found.point is None and not found.others:
        form.add_error("commune", "Aucune commune ne porte ce nom ou ce code postal.")
    return found


def _other_place(request: HolderRequest, text: str) -> str:
    return f"?{urlencode(_asked(request) | {'lieu': OTHER_PLACE, 'commune': text})}"


def _slots_context(request: HolderRequest, point: Point, mode: MeetingMode) -> dict[str, Any]:
    now = timezone.now()
    near = sites_near(latitude=point.latitude, longitude=point.longitude)
    first = first_slot_of_each_site(sites=[found.site for found in near], mode=mode, now=now)
    site = _current_site(request, near, first)
    context: dict[str, Any] = {"place": point, "mode_label": mode.label, "site": site}
    if site is None:
        return context
    context["wait_form"] = WaitForm(initial={"site": site, "mode": mode}, auto_id=False)
    return (
        context
        | {"distance": next(_distance(found) for found in near if found.site is site)}
        | {"other_sites": [_site_choice(request, found, first) for found in near if found.site is not site]}
        | {"first": slot_link(first[site.pk], site) if site.pk in first else None}
        | _remote_context(request, site, mode, first, now)
        | _week_context(request, site, mode, _week(request, site, first.get(site.pk), now), now)
    )


def _remote_context(
    request: HolderRequest, site: Site, mode: MeetingMode, first: dict[int, Slot], now: datetime
) -> dict[str, Any]:
    """The distance is proposed by itself only when nothing is free face to face within the operator's delay."""
    days = site.operator.remote_after_days
    soon = now + timedelta(days=days)
    if mode != MeetingMode.ON_SITE or any(slot.start < soon for slot in first.values()):
        return {}
    words = {mode: word for word, mode in MODE_WORDS.items()}
    ways = [MeetingMode.REMOTE] if request.holder.refuses_calls else [MeetingMode.REMOTE, MeetingMode.PHONE]
    links = [(way.label, f"?{urlencode(_asked(request) | {'mode': words[way]})}") for way in ways]
    return {"remote_after_days": days, "remote_links": links}


def _week_context(
    request: HolderRequest, site: Site, mode: MeetingMode, week: date, now: datetime
) -> dict[str, Any]:
    since, until = day_start(week, site.zone), day_start(week + A_WEEK, site.zone)
    slots = bookable_slots(sites=[site], mode=mode, since=since, until=until, now=now)
    return {
        "days": _by_day(slots, site),
        "week_label": days_in_words(week, week + timedelta(days=6)),
        "previous_week": _address(request, site, week - A_WEEK) if since > now else "",
        "next_week": _address(request, site, week + A_WEEK) if until < now + HORIZON else "",
    }


def _current_site(request: HolderRequest, near: Sequence[NearSite], first: dict[int, Slot]) -> Site | None:
    """The place that was chosen, else the nearest one with something free, else the nearest one."""
    chosen = request.GET.get("site", "")
    sites = [found.site for found in near]
    by_choice = (site for site in sites if str(site.pk) == chosen)
    with_slots = (site for site in sites if site.pk in first)
    return next(by_choice, None) or next(with_slots, None) or next(iter(sites), None)


def _week(request: HolderRequest, site: Site, first: Slot | None, now: datetime) -> date:
    """The Monday of the week asked for, else of the first free meeting; within what can be booked."""
    today, last = (instant.astimezone(site.zone).date() for instant in (now, now + HORIZON))
    default = first.start.astimezone(site.zone).date() if first else today
    day = min(max(_asked_day(request) or default, today), last)
    return day - timedelta(days=day.weekday())


def _asked_day(request: HolderRequest) -> date | None:
    try:
        return parse_date(request.GET.get("semaine", ""))
    except ValueError:
        return None


def _by_day(slots: Sequence[Slot], site: Site) -> list[tuple[str, list[SlotLink]]]:
    days: dict[date, list[SlotLink]] = {}
    for slot in slots:
        day = slot.start.astimezone(site.zone).date()
        days.setdefault(day, []).append(slot_link(slot, site))
    return [(day_in_words(day), links) for day, links in days.items()]


def _site_choice(request: HolderRequest, found: NearSite, first: dict[int, Slot]) -> SiteChoice:
    site = found.site
    return SiteChoice(
        site=site,
        distance=_distance(found),
        first=slot_link(first[site.pk], site) if site.pk in first else None,
        url=_address(request, site),
    )


def _distance(found: NearSite) -> str:
    """« 4 km »; nothing in the same place."""
    return f"{found.distance_km:.0f}\u00a0km" if found.distance_km >= 1 else ""


def _address(request: HolderRequest, site: Site, week: date | None = None) -> str:
    query = _asked(request) | {"site": str(site.pk)}
    if week:
        query["semaine"] = week.isoformat()
    return f"?{urlencode(query)}"
