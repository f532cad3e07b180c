"""What refuses a request before anything is written."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from accounts.exceptions import IdentityProofNeeded, Refusal
from accounts.models import Holder
from accounts.services.sign_in_proofs import Assurance
from accounts.services.spending import check_may_spend, check_not_stopped
from catalog.models import Session
from rights.enums import TrainingFileState
from rights.exceptions import (
    AccountClosed,
    DatesUnknown,
    FundingMismatch,
    IdentityProofRequired,
    PriceUnknown,
    RequestTooLate,
    RightsRefusal,
    SessionNotOpen,
    SpendingRefused,
    TooManyRequests,
)
from rights.facts import TrainingFileFacts
from rights.models import TrainingFile
from rights.parameters import value_on
from rights.selectors.session_facts import first_start_for_request, starts_on_for_request

# Asked for, and not yet firm: what the limit of requests counts.
WAITING_STATES = (
    TrainingFileState.REQUESTED,
    TrainingFileState.PROPOSED,
    TrainingFileState.WAITING_FUNDERS,
)


def check_request(*, holder: Holder, session: Session, today: date) -> None:
    """Raise the first refusal that stands between this person and this session, in the order one can act on."""
    check_account(holder)
    if not session.is_open_on(today):
        raise SessionNotOpen
    starts_on = starts_on_for_request(session, today)
    if starts_on is None or session.ends_on is None:
        raise DatesUnknown
    if starts_on > session.ends_on:
        raise SessionNotOpen
    check_notice(starts_on=starts_on, requested_on=today)
    if session.action.price_cents is None:
        raise PriceUnknown


def request_refusal(*, holder: Holder, session: Session, today: date) -> RightsRefusal | None:
    """What stands in the way whatever the person proves, for a page that says so before they confirm."""
    try:
        check_request(holder=holder, session=session, today=today)
        check_open_requests(holder=holder, session=session, today=today)
        check_not_stopped(holder=holder, now=timezone.now())
    except RightsRefusal as refusal:
        return refusal
    except Refusal as refusal:
        return SpendingRefused(refusal.message)
    return None


def check_spending(*, holder: Holder, assurance: Assurance | None, now: datetime) -> None:
    """Raise IdentityProofRequired or SpendingRefused unless the person may spend now. Locks the holder's row."""
    try:
        check_may_spend(holder=holder, assurance=assurance, now=now)
    except IdentityProofNeeded as refusal:
        raise IdentityProofRequired(refusal.message) from None
    except Refusal as refusal:
        raise SpendingRefused(refusal.message) from None


def check_account(holder: Holder) -> None:
    """Raise AccountClosed after death (article L. 5151-2)."""
    if holder.deceased_on is not None:
        raise AccountClosed


def check_notice(*, starts_on: date, requested_on: date) -> None:
    """Raise RequestTooLate when fewer working days than asked lie between the request and the first day."""
    first_start = first_start_for_request(requested_on)
    if starts_on < first_start:
        notice = value_on("request_notice", requested_on).number
        raise RequestTooLate(starts_on=starts_on, first_start=first_start, working_days=notice)


def check_open_requests(*, holder: Holder, session: Session, today: date) -> None:
    """Raise TooManyRequests beyond what may wait at once for one action. Under the holder's lock, it is exact."""
    most = value_on("open_requests_per_action", today).number
    waiting = TrainingFile.objects.filter(
        holder=holder, session__action_id=session.action_id, state__in=WAITING_STATES
    )
    if waiting.exclude(session=session).count() >= most:
        raise TooManyRequests(most)


def check_fundings(facts: TrainingFileFacts) -> None:
    """Raise FundingMismatch when the fundings given do not add up to the price."""
    if facts.fundings and sum(part.amount_cents for part in facts.fundings) != facts.price_cents:
        raise FundingMismatch
