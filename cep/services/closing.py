"""Closing a site: asked with its figures, decided by who answers for the contract, and nothing moves before."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from cep.enums import ClosingDecision
from cep.exceptions import ActionRefused, PlanRefused
from cep.models import ClosingRequest, Site, SiteClosure
from cep.selectors.closing import nearest_other_site, occupancy_of
from cep.services.plans import PlanReport, close_site

# The portal's own choice: snow, works, a local feast. Beyond, people must look for another place: that is decided.
LONGEST_UNASKED: Final = timedelta(days=7)
A_DAY: Final = timedelta(days=1)


def close_briefly(*, closure: SiteClosure, actor: User | None, now: datetime) -> PlanReport:
    """A closure of some days, at once. Raises PlanRefused for a longer one, which is asked for."""
    if closure.last_day - closure.first_day >= LONGEST_UNASKED:
        raise PlanRefused(
            f"Une fermeture de plus de {LONGEST_UNASKED.days} jours se demande : voyez « Demandes de fermeture »."
        )
    return close_site(closure=closure, actor=actor, now=now)


def request_closing(
    *,
    site: Site,
    first_day: date,
    reopens_on: date,
    reason: str,
    commitment: str,
    evidence: str,
    actor: User | None,
    now: datetime,
) -> ClosingRequest:
    """Ask, with the occupancy and the distance of that day. Nothing closes and nobody is moved yet.

    Raises PlanRefused for days that are past or out of order, and while another request for the site is pending.
    """
    _refuse_the_days(site, first_day, reopens_on, now)
    with transaction.atomic():
        # One request at a time for a site: the second waits here, and sees the first.
        Site.objects.select_for_update(no_key=True, of=("self",)).get(pk=site.pk)
        if ClosingRequest.objects.filter(site=site, decision=ClosingDecision.PENDING).exists():
            raise PlanRefused("Une demande de fermeture de ce lieu attend déjà une décision.")
        occupancy, nearest = occupancy_of(site, now=now), nearest_other_site(site)
        return ClosingRequest.objects.create(
            site=site, first_day=first_day, reopens_on=reopens_on, reason=reason, commitment=commitment,
            evidence=evidence, offered_minutes=occupancy.offered_minutes, used_minutes=occupancy.used_minutes,
            nearest_site=nearest[0] if nearest else None, nearest_km=nearest[1] if nearest else None,
            asked_at=now, asked_by=actor,
        )  # fmt: skip


def decide_closing(
    *, request: ClosingRequest, decision: ClosingDecision, reason: str, actor: User | None, now: datetime
) -> PlanReport:
    """Accept: the site closes, and each appointment that loses its opening gets an impact. Refuse: nothing moves.

    Raises ActionRefused once it is decided, without a reason, and to accept what would be over already.
    """
    if decision == ClosingDecision.PENDING or not reason.strip():
        raise ActionRefused("Une décision dit si la fermeture est acceptée, et pourquoi.")
    with transaction.atomic():
        asked = (
            ClosingRequest.objects.select_for_update(of=("self",)).select_related("site").get(pk=request.pk)
        )
        if not asked.is_pending:
            raise ActionRefused("Cette demande est déjà décidée.")
        report = PlanReport()
        if decision == ClosingDecision.ACCEPTED:
            asked.closure, report = _close(asked, actor, now)
        asked.decision, asked.decision_reason = decision, reason.strip()
        asked.decided_at, asked.decided_by = now, actor
        asked.save()
    return report


def _close(asked: ClosingRequest, actor: User | None, now: datetime) -> tuple[SiteClosure, PlanReport]:
    """From the day asked for, or from the day after a decision that came later."""
    first_day = max(asked.first_day, _today(asked.site, now) + A_DAY)
    if first_day >= asked.reopens_on:
        raise ActionRefused(
            "La date de réouverture est passée : cette fermeture n’a plus d’objet, refusez-la."
        )
    closure = SiteClosure(
        site=asked.site, first_day=first_day, last_day=asked.reopens_on - A_DAY, reason=asked.reason
    )
    return closure, close_site(closure=closure, actor=actor, now=now)


def _refuse_the_days(site: Site, first_day: date, reopens_on: date, now: datetime) -> None:
    if first_day <= _today(site, now):
        raise PlanRefused("Une fermeture se demande avant le premier jour où le lieu ne reçoit plus.")
    if reopens_on <= first_day:
        raise PlanRefused("La réouverture vient après le premier jour de fermeture.")


def _today(site: Site, now: datetime) -> date:
    return now.astimezone(site.zone).date()
