"""The delay promised to whoever asks: opened by the request, stopped by an adviser, watched by managers.

The clock of a request is stopped by a meeting that took place, or by an adviser who says that they have spoken; not by
a booking, a triage, nor a meeting that was missed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import Holder
from accounts.ports import RenderedMessage
from accounts.services.notifications import notify
from cep.enums import RequestChannel, RequestEnd
from cep.exceptions import ActionRefused
from cep.models import AdviceRequest, Booking, Operator, Site
from cep.rules.first_exchange import DELAY_DAYS
from cep.selectors.first_exchange import managers_of
from cep.services.messages import rendered
from cpa_portal.kernel.working_days import Zone

REQUESTS_WAITING: Final = "cep.requests_waiting"


def open_request(*, holder: Holder, site: Site, channel: RequestChannel, now: datetime) -> None:
    """Start the clock of the person's request; one that runs already keeps its own day."""
    asked = AdviceRequest.asked(holder=holder, site=site, channel=channel, now=now)
    AdviceRequest.objects.bulk_create([asked], ignore_conflicts=True)


def stop_clock(*, met: Booking) -> None:
    """In the transaction that marks the meeting as done: the person has spoken with an adviser."""
    AdviceRequest.objects.running().filter(holder=met.holder_id, received_at__lte=met.starts_at).update(
        end=RequestEnd.MET, ended_at=met.starts_at, met_by=met
    )


def restart_clock(*, missed: Booking) -> None:
    """The meeting had been marked as done by mistake: its request waits again, from its own day."""
    if not AdviceRequest.objects.running().filter(holder=missed.holder_id).exists():
        AdviceRequest.objects.filter(met_by=missed).update(end=RequestEnd.OPEN, ended_at=None, met_by=None)


def end_request(*, request: AdviceRequest, end: RequestEnd, now: datetime) -> None:
    """An exchange outside the agenda, or a person who gives up or is advised elsewhere. Asked twice, done once.

    Raises ActionRefused for a request that ended otherwise.
    """
    if AdviceRequest.objects.running().filter(pk=request.pk).update(end=end, ended_at=now):
        return
    if not AdviceRequest.objects.filter(pk=request.pk, end=end).exists():
        raise ActionRefused("Cette demande est déjà close.")


def raise_alerts(*, now: datetime) -> int:
    """Swept: managers read how many requests have come to 15, 20, 25 working days, or past 30. Returns how many.

    Each request is told once a level, however often and by however many workers this is run.
    """
    with transaction.atomic():
        risen = list(
            AdviceRequest.objects.running()
            .at(now)
            .filter(Q(level__gt=F("alerted")))
            .select_related("site__operator")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("pk")
        )
        for request in risen:
            request.alerted = request.level  # type: ignore[attr-defined]
        AdviceRequest.objects.bulk_update(risen, ["alerted"])
        for operator in sorted({request.site.operator for request in risen}, key=lambda each: each.pk):
            _tell_managers(operator, [request for request in risen if request.site.operator == operator], now)
    return len(risen)


def _tell_managers(operator: Operator, risen: list[AdviceRequest], now: datetime) -> None:
    first = risen[0]
    for manager in managers_of(operator, day=now.date()):
        notify(
            kind=REQUESTS_WAITING,
            recipient=manager.email,
            # A request comes to a level once: no other message is about it.
            dedup_key=f"{REQUESTS_WAITING}:{manager.pk}:{first.pk}:{first.alerted}",
            context={
                "lines": _lines(risen),
                "address": str(settings.SITE_URL) + reverse("admin:cep_advicerequest_changelist"),
            },
        )


def _lines(risen: Iterable[AdviceRequest]) -> list[str]:
    """« Guadeloupe : 2 demandes à 20 jours ouvrés », the most pressing first. Nobody is named in an e-mail."""
    counted = Counter((request.alerted, request.site.holiday_zone) for request in risen)
    return [
        f"{Zone(zone).label} : {count} demande{'s' if count > 1 else ''} {level_in_words(level)}"
        for (level, zone), count in sorted(counted.items(), reverse=True)
    ]


def level_in_words(level: int) -> str:
    if level == 0:
        return "dans les temps"
    return f"au-delà de {level} jours ouvrés" if level == DELAY_DAYS else f"à {level} jours ouvrés"


def render_requests_waiting(context: Mapping[str, Any]) -> RenderedMessage:
    return rendered("requests_waiting", "Demandes de conseil qui attendent un premier échange", context)
