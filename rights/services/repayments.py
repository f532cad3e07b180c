"""An undue sum paid back by the person: announced, then received; never taken twice (article L. 6323-45)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from rights.exceptions import KeyReused, RepaymentRefused
from rights.models import Repayment, RepaymentReceipt, UndueSum
from rights.selectors.undue_sums import lines_of
from rights.services.corrections import lock_retained_counters
from rights.wording.amounts import format_amount


def announce_repayment(*, key: UUID, due: UndueSum, amount_cents: int, today: date) -> Repayment:
    """The person will pay that much back. The same key again is the same announcement.

    Raises RepaymentRefused above what is still owed and not announced yet, KeyReused.
    """
    with transaction.atomic():
        lock_retained_counters(due.holder)
        known = Repayment.objects.filter(pk=key).first()
        if known is not None:
            if (known.due_id, known.amount_cents) != (due.pk, amount_cents):
                raise KeyReused
            return known
        _check(amount_cents, left_to_announce(due), "à annoncer, d’autres remboursements compris")
        return Repayment.objects.create(pk=key, due=due, amount_cents=amount_cents, announced_on=today)


def receive_repayment(*, repayment: Repayment, amount_cents: int, received_on: date) -> RepaymentReceipt:
    """The money of an announced repayment is there: that much is no longer kept back. The same again changes nothing.

    Raises RepaymentRefused when the account kept it back meanwhile, or when it was received for another amount.
    """
    with transaction.atomic():
        lock_retained_counters(repayment.due.holder)
        known = RepaymentReceipt.objects.filter(repayment=repayment).first()
        if known is not None:
            if known.amount_cents != amount_cents:
                raise RepaymentRefused("Ce remboursement est déjà enregistré, pour un autre montant.")
            return known
        _check(amount_cents, left_of(repayment.due), "dus : rendez la différence à la personne")
        return RepaymentReceipt.objects.create(
            repayment=repayment, amount_cents=amount_cents, received_on=received_on
        )


def left_of(due: UndueSum) -> int:
    """Cents that are still owed."""
    return lines_of([due])[0].left_cents


def left_to_announce(due: UndueSum) -> int:
    """Cents still owed, without what the person already says that they pay."""
    awaited = Repayment.objects.filter(due=due, receipt__isnull=True).values_list("amount_cents", flat=True)
    return max(0, left_of(due) - sum(awaited))


def _check(amount_cents: int, most: int, what: str) -> None:
    if amount_cents <= 0:
        raise RepaymentRefused("Indiquez un montant au-dessus de zéro.")
    if amount_cents > most:
        raise RepaymentRefused(f"Ce montant dépasse les {format_amount(most, 'cents')} encore {what}.")
