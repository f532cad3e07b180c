"""What is looked at before a site closes, and the requests that somebody may see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from accounts.enums import StaffRole
from accounts.models import User
from accounts.selectors.staff import current_roles, scope_codes
from catalog.selectors.places import distance_to
from cep.enums import BookingStatus
from cep.models import Booking, ClosingRequest, Site, Window
from cep.rules.intervals import Span, merged, within

# A quarter, as committees look at it.
WATCHED: Final = timedelta(weeks=12)
# The hour of a person who did not come was used by nobody else.
FILLED: Final = (BookingStatus.CONFIRMED, BookingStatus.PROPOSED, BookingStatus.DONE, BookingStatus.NO_SHOW)


@dataclass(frozen=True)
class Occupancy:
    offered_minutes: int
    used_minutes: int


def occupancy_of(site: Site, *, now: datetime) -> Occupancy:
    """Minutes of adviser offered at the site over the twelve weeks before now, and taken by meetings. Two queries."""
    period = (now - WATCHED, now)
    windows = Window.objects.filter(site=site, span__overlap=period).values_list("adviser", "span")
    bookings = Booking.objects.filter(site=site, span__overlap=period, status__in=FILLED)
    return Occupancy(
        offered_minutes=_minutes(windows, period),
        used_minutes=_minutes(bookings.values_list("adviser", "span"), period),
    )


def _minutes(rows: QuerySet, period: Span) -> int:  # type: ignore[type-arg]
    spans: dict[int, list[Span]] = {}
    for adviser, span in rows:
        spans.setdefault(adviser, []).append((span.lower, span.upper))
    pieces = [piece for taken in spans.values() for piece in within(merged(taken), period)]
    return sum(int((end - start).total_seconds()) // 60 for start, end in pieces)


def nearest_other_site(site: Site) -> tuple[Site, float] | None:
    """The closest site of the same operator, with its distance in km as the crow flies. One query."""
    other = (
        Site.objects.filter(operator=site.operator_id)
        .exclude(pk=site.pk)
        .annotate(distance_km=distance_to(site.latitude, site.longitude))
        .order_by("distance_km", "pk")
        .first()
    )
    return None if other is None else (other, other.distance_km)


def closing_requests_visible_to(user: User) -> QuerySet[ClosingRequest]:
    """All of them for who decides, those of their operators for managers, none for others. One query, and the roles."""
    requests = ClosingRequest.objects.select_related("site__operator", "nearest_site", "closure")
    if StaffRole.FRANCE_COMPETENCES in current_roles(user):
        return requests
    return requests.filter(site__operator__code__in=scope_codes(user, StaffRole.CEP_MANAGER))
