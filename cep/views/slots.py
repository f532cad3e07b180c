"""The list of free meetings: a place, a way of meeting, a week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.permissions import is_holder
from catalog.models import Commune
from cep.enums import MeetingMode
from cep.forms.search import MODE_WORDS, OTHER_PLACE, SlotSearchForm
from cep.models import Site
from cep.rules.local_time import day_start
from cep.rules.meetings import Slot
from cep.rules.wording import day_in_words, hour_in_words, meeting_in_words
from cep.selectors.places import PersonalPlace, commune_named, places_of
from cep.selectors.sites import sites_near
from cep.selectors.slots import bookable_slots, first_slot_of_each_site
from cpa_portal.kernel.access import requires


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
    """A place on the list, with its distance (« 4 km », empty in the same commune) and what is free first."""

    site: Site
    distance: str
    first: SlotLink | None
    url: str
    is_current: bool


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
def slot_list(request: HttpRequest) -> HttpResponse:
    places = places_of(request.holder)
    form = SlotSearchForm(_answers(request, places), places=places)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        commune = _commune(form, places)
        if commune is not None:
            context |= _slots_context(request, commune, MODE_WORDS[form.cleaned_data["mode"]])
    return render(request, "cep/slot_list.html", context)


def _answers(request: HttpRequest, places: Sequence[PersonalPlace]) -> dict[str, str]:
    """What the address says, completed: near work if it is known, face to face first."""
    answers = {"lieu": places[0].code if places else OTHER_PLACE, "mode": "sur-place"}
    return answers | {name: request.GET[name] for name in ("lieu", "commune", "mode") if name in request.GET}


def _commune(form: SlotSearchForm, places: Sequence[PersonalPlace]) -> Commune | None:
    wanted = form.cleaned_data["lieu"]
    if wanted != OTHER_PLACE:
        return next(place.commune for place in places if place.code == wanted)
    commune = commune_named(form.cleaned_data["commune"])
    if commune is None:
        form.add_error("commune", "Aucune commune ne porte ce nom ou ce code postal.")
    return commune


def _slots_context(request: HttpRequest, commune: Commune, mode: MeetingMode) -> dict[str, Any]:
    now = timezone.now()
    sites = sites_near(latitude=commune.latitude, longitude=commune.longitude)
    first = first_slot_of_each_site(sites=sites, mode=mode, now=now)
    site = _current_site(request, sites, first)
    if site is None:
        return {"commune": commune, "sites": [], "days": []}
    week = _week(request, site, first.get(site.pk), now)
    since, until = day_start(week, site.zone), day_start(week + timedelta(days=7), site.zone)
    slots = bookable_slots(sites=[site], mode=mode, since=since, until=until, now=now)
    return {
        "commune": commune,
        "site": site,
        "mode_label": mode.label,
        "sites": [_site_choice(request, near, first.get(near.pk), near is site) for near in sites],
        "first": slot_link(first[site.pk], site) if site.pk in first else None,
        "days": _by_day(slots, site),
        "week_label": f"du {day_in_words(week)} au {day_in_words(week + timedelta(days=6))}",
        "previous_week": _address(request, site=site.pk, semaine=week - timedelta(days=7))
        if since > now
        else "",
        "next_week": _address(request, site=site.pk, semaine=week + timedelta(days=7)),
    }


def _current_site(request: HttpRequest, sites: Sequence[Site], first: dict[int, Slot]) -> Site | None:
    """The place that was chosen, else the nearest one with something free, else the nearest one."""
    chosen = request.GET.get("site", "")
    by_choice = (site for site in sites if str(site.pk) == chosen)
    with_slots = (site for site in sites if site.pk in first)
    return next(by_choice, None) or next(with_slots, None) or next(iter(sites), None)


def _week(request: HttpRequest, site: Site, first: Slot | None, now: datetime) -> date:
    """The Monday of the week asked for, else of the first free meeting; never a week that is over."""
    today = now.astimezone(site.zone).date()
    default = first.start.astimezone(site.zone).date() if first else today
    day = max(_asked_day(request) or default, today)
    return day - timedelta(days=day.weekday())


def _asked_day(request: HttpRequest) -> date | None:
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


def _site_choice(request: HttpRequest, site: Site, first: Slot | None, is_current: bool) -> SiteChoice:
    return SiteChoice(
        site=site,
        distance=f"{site.distance_km:.0f}\u00a0km" if site.distance_km >= 1 else "",
        first=slot_link(first, site) if first else None,
        url=_address(request, site=site.pk),
        is_current=is_current,
    )


def _address(request: HttpRequest, *, site: int, semaine: date | None = None) -> str:
    query = {name: request.GET[name] for name in ("lieu", "commune", "mode") if request.GET.get(name)}
    query["site"] = str(site)
    if semaine:
        query["semaine"] = semaine.isoformat()
    return f"?{urlencode(query)}"
