"""E-mails about what is new in the searches that people keep: one a day at most for each, with a way to stop in it."""

import datetime
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.exceptions import NoLongerNeeded
from accounts.models import Holder
from accounts.ports import RenderedMessage
from accounts.selectors.contact_points import address_of
from accounts.services.notifications import notify
from catalog.enums import AlertFrequency
from catalog.forms.search import wish_of
from catalog.models import SavedSearch, Training
from catalog.ports import rights_outlook
from catalog.selectors.kept import searches_due
from catalog.selectors.trainings import keys_found
from catalog.services.kept import remember_results
from cpa_portal.kernel.tasks import wake
from cpa_portal.kernel.theme import current_portal

logger = logging.getLogger(__name__)

SEARCH_ALERT: Final = "catalog.search_alert"
SWEEP_TASK: Final = "catalog.tasks.alert_people"
SUBJECT: Final = "De nouvelles formations pour vous"
# A sweep is short: what is left is taken by the next one, woken at once.
PEOPLE_PER_SWEEP: Final = 200
SHOWN_PER_SEARCH: Final = 5
# The imports of the night come first: until six, one is still the day before.
DAY_BEGINS_AT: Final = datetime.timedelta(hours=6)
STOP_SALT: Final = "catalog.alerts.stop"


def day_of_alerts(now: datetime.datetime) -> datetime.date:
    """The day whose alerts are owed at that instant (aware), in the zone of the site."""
    return timezone.localdate(now - DAY_BEGINS_AT)


def write_alerts(*, day: datetime.date) -> int:
    """Queue the messages owed that day, for PEOPLE_PER_SWEEP people at most. Returns how many were written.

    Safe to run twice and to be killed: for each person, the results known, the day and the message are one transaction.
    """
    people = list(searches_due(day).values_list("holder", flat=True).order_by().distinct()[:PEOPLE_PER_SWEEP])
    outcomes = [_told_safely(holder_id, day) for holder_id in people]
    if len(people) == PEOPLE_PER_SWEEP and outcomes.count(None) < PEOPLE_PER_SWEEP:
        wake(SWEEP_TASK)
    return outcomes.count(True)


def _told_safely(holder_id: UUID, day: datetime.date) -> bool | None:
    """None when the database refused."""
    try:
        return tell_person(holder_id=holder_id, day=day)
    except DatabaseError as failure:
        # One person's search must not keep the others from their messages; the next sweep tries it again.
        logger.warning("search_alert_failed", extra={"cause": type(failure).__name__})
        return None


@transaction.atomic
def tell_person(*, holder_id: UUID, day: datetime.date) -> bool:
    """One message for all the person's searches that are due and have news. Returns whether one was written."""
    due = list(
        searches_due(day)
        .filter(holder=holder_id)
        .select_related("holder__user")
        .order_by("pk")
        .select_for_update(skip_locked=True, of=("self",))
    )
    told = [part for search in due if (part := _news(search, day))]
    if not told:
        return False
    holder = due[0].holder
    recipient = address_of(holder)
    if recipient:
        notify(
            kind=SEARCH_ALERT,
            recipient=recipient,
            holder=holder,
            # A search is compared once a day: its key and the day name one message.
            dedup_key=f"{SEARCH_ALERT}:{due[0].pk}:{day.isoformat()}",
            context={"holder": str(holder.pk), "name": holder.display_name, "searches": told},
        )
    return bool(recipient)


def _news(search: SavedSearch, day: datetime.date) -> dict[str, Any] | None:
    """Compare, note the day, and say what is new as JSON values; None when nothing is."""
    search.told_on = day
    search.save(update_fields=["told_on"])
    wish = wish_of(search.query, day=day, outlook=rights_outlook(search.holder, day))
    news = remember_results(search=search, found=keys_found(wish), day=day) if wish else {}
    if not news:
        return None
    newest = sorted(news.values(), reverse=True)[:SHOWN_PER_SEARCH]
    trainings = Training.objects.select_related("organisation").in_bulk(newest)
    return {
        "key": search.pk,
        "count": len(news),
        "trainings": [_shown(trainings[key]) for key in newest if key in trainings],
    }


def _shown(training: Training) -> dict[str, str]:
    return {
        "title": training.title,
        "organisation": training.organisation.name,
        "address": _address("catalog:training_detail", training.pk),
    }


def render_search_alert(context: Mapping[str, Any]) -> RenderedMessage:
    """Of the searches that are still followed; the headers let a mail program stop all of them (RFC 2369, RFC 8058)."""
    followed = SavedSearch.objects.filter(holder=context["holder"]).exclude(frequency=AlertFrequency.NEVER)
    by_key = followed.in_bulk([part["key"] for part in context["searches"]])
    parts = [_part(by_key[part["key"]], part) for part in context["searches"] if part["key"] in by_key]
    if not parts:
        raise NoLongerNeeded
    stop_all = _address("catalog:alert_stop", stop_token(holder_id=context["holder"]))
    variables = {
        "name": context["name"],
        "parts": parts,
        "stop_all": stop_all,
        "subject": SUBJECT,
        "portal": current_portal(),
    }
    return RenderedMessage(
        subject=SUBJECT,
        text=render_to_string("emails/catalog/search_alert.txt", variables),
        html=render_to_string("emails/catalog/search_alert.html", variables),
        headers={
            "List-Unsubscribe": f"<{stop_all}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _part(search: SavedSearch, part: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **part,
        "label": search.label,
        "more": part["count"] - len(part["trainings"]),
        "address": f"{_address('catalog:training_search')}?{search.query}",
        "stop": _address("catalog:alert_stop", stop_token(search_id=search.pk)),
    }


def _address(name: str, *arguments: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=arguments)}"


def stop_token(*, search_id: int | None = None, holder_id: object = None) -> str:
    """What a link of a message carries to stop one search, or all of a person's, without signing in; for ever."""
    return signing.dumps({"s": search_id} if search_id is not None else {"h": str(holder_id)}, salt=STOP_SALT)


def searches_of_token(token: str) -> Sequence[SavedSearch] | None:
    """The searches that a link speaks of, of a living person or not; None when the link is not one of ours."""
    try:
        named = signing.loads(token, salt=STOP_SALT)
    except signing.BadSignature:
        return None
    if "s" in named:
        return list(SavedSearch.objects.filter(pk=named["s"]))
    return list(SavedSearch.objects.filter(holder=Holder(pk=UUID(named["h"]))))
