"""An undue sum paid back, or cancelled, from several windows at once: never above what is owed, and once."""

import uuid

import pytest
from django.db.models import Sum
from django.utils import timezone

from rights.exceptions import RepaymentRefused
from rights.models import Repayment, RepaymentReceipt
from rights.services.corrections import cancel_undue_sum, record_undue_sum
from rights.services.repayments import announce_repayment, receive_repayment
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory
from tests.support.threads import results_together

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def recorded(holder):
    return record_undue_sum(
        holder=holder, amount_cents=500_00, reason="Formation non suivie", reference="D1",
        ordered_on=timezone.localdate(),
    )  # fmt: skip


@pytest.fixture(params=["empty counter", "no counter"])
def due(request):
    """500 € owed, by somebody whose account has nothing to keep back."""
    holder = HolderFactory()
    if request.param == "empty counter":
        CounterFactory(holder=holder, balance=0)
    return recorded(holder)


def announced(due, amount_cents):
    return announce_repayment(
        key=uuid.uuid4(), due=due, amount_cents=amount_cents, today=timezone.localdate()
    )


def test_announcements_at_once_never_pass_what_is_owed(due):
    results = results_together([lambda: announced(due, 200_00)] * AT_ONCE)

    assert sum(isinstance(result, Repayment) for result in results) == 2
    assert sum(isinstance(result, RepaymentRefused) for result in results) == AT_ONCE - 2
    assert Repayment.objects.aggregate(sum=Sum("amount_cents"))["sum"] == 400_00


def test_money_received_at_once_is_counted_once(due):
    repayment = announced(due, 500_00)

    def received():
        return receive_repayment(repayment=repayment, amount_cents=500_00, received_on=timezone.localdate())

    results = results_together([received] * AT_ONCE)

    assert {result.pk for result in results} == {RepaymentReceipt.objects.get().pk}


def test_cancellations_at_once_give_back_once():
    counter = CounterFactory(balance=300_00)
    due = recorded(counter.holder)

    def cancelled():
        return cancel_undue_sum(
            due=due, reason="La somme était due", reference="A1", today=timezone.localdate()
        )

    results = results_together([cancelled] * AT_ONCE)

    assert {result.pk for result in results} == {due.cancelled_by.pk}
    counter.refresh_from_db()
    assert counter.balance == 300_00
