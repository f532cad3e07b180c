"""Face to face first: whether something is free on site soon enough, in the commune of a place."""

from datetime import datetime, timedelta

from cep.enums import MeetingKind, MeetingMode, RemoteReason
from cep.models import Site
from cep.selectors.slots import bookable_slots


def remote_reason(*, site: Site, mode: MeetingMode, kind: MeetingKind, now: datetime) -> RemoteReason:
    """Why a meeting asked for now at a distance would be so. One or two queries, none for a meeting on site."""
    if mode == MeetingMode.ON_SITE:
        return RemoteReason.NONE
    return RemoteReason.WISH if is_free_on_site(site=site, kind=kind, now=now) else RemoteReason.SHORTAGE


def is_free_on_site(*, site: Site, kind: MeetingKind, now: datetime) -> bool:
    """Whether somebody could be met face to face in the commune within the operator's delay. Two queries."""
    if kind == MeetingKind.SHORT:
        # These are at a distance by their nature: no place is lacking.
        return True
    operator = site.operator
    sites = list(Site.objects.filter(operator=operator, commune_code=site.commune_code))
    until = now + timedelta(days=operator.remote_after_days)
    return bool(
        bookable_slots(sites=sites, mode=MeetingMode.ON_SITE, since=now, until=until, now=now, kind=kind)
    )
