"""An undue sum paid back by the person: announced, received, and never taken a second time."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import StaffRole
from rights.enums import Scheme
from rights.exceptions import KeyReused, RepaymentRefused
from rights.models import Counter, Repayment, RepaymentReceipt
from rights.services.corrections import cancel_undue_sum, record_undue_sum, retain_undue_sums
from rights.services.ledger import post_entry
from rights.services.repayments import announce_repayment, left_of, receive_repayment
from tests.support.access_world import staff
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


@pytest.fixture
def due():
    """500 € owed, of which 300 € were on the account and are kept back."""
    holder = HolderFactory()
    CounterFactory(holder=holder, balance=300_00)
    return record_undue_sum(
        holder=holder,
        amount_cents=500_00,
        reason="Formation non suivie",
        reference="D1",
        ordered_on=timezone.localdate(),
    )


def announced(due, amount_cents=200_00):
    return announce_repayment(
        key=uuid.uuid4(), due=due, amount_cents=amount_cents, today=timezone.localdate()
    )


def received(repayment, amount_cents=200_00):
    return receive_repayment(repayment=repayment, amount_cents=amount_cents, received_on=timezone.localdate())


def feed(due, amount):
    counter = Counter.objects.get(holder=due.holder, scheme=Scheme.CPF)
    post_entry(
        counter=counter, kind="credit", amount=amount, value_date=timezone.localdate(), label="Année",
        source="Essai", key=str(uuid.uuid4()),
    )  # fmt: skip
    retain_undue_sums(today=timezone.localdate())
    return Counter.objects.get(pk=counter.pk).balance


def text_of(response):
    assert response.status_code == 200
    return response.content.decode().translate(SPACES)


def test_holder_announces_and_the_caisse_receives_then_nothing_more_is_kept_back(client, due):
    own = f"/mes-droits/sommes-indues/{due.pk}/"
    sign_in(client, due.holder.user)
    key = re.search(r'name="idempotency_key" value="([^"]+)"', text_of(client.get(own)))[1]
    for _ in range(2):
        page = text_of(client.post(own, {"amount": "200", "idempotency_key": key}, follow=True))
    repayment = Repayment.objects.get()
    sign_in(client, staff(StaffRole.CDC))
    typed = {"repayment": repayment.pk, "received": "200", "received_on": timezone.localdate().isoformat()}
    staff_page = text_of(
        client.post(f"/instruction/sommes-indues/{due.pk}/remboursement/", typed, follow=True)
    )

    assert f"Son numéro : {repayment.reference}." in page
    assert "Annoncer mon virement" not in page
    assert "Le virement est enregistré" in staff_page
    assert "200,00 €</span> reçus le" in staff_page
    assert left_of(due) == 0
    assert feed(due, 500_00) == 500_00


def test_announcement_alone_changes_nothing_of_what_is_kept_back(due):
    announced(due)

    assert left_of(due) == 200_00
    assert feed(due, 500_00) == 300_00
    assert left_of(due) == 0


def test_announcements_never_exceed_what_is_owed(due):
    first = announced(due, 150_00)

    with pytest.raises(RepaymentRefused, match="50,00"):
        announced(due, 60_00)
    with pytest.raises(RepaymentRefused, match="au-dessus de zéro"):
        announced(due, 0)
    with pytest.raises(KeyReused):
        announce_repayment(key=first.pk, due=due, amount_cents=1, today=timezone.localdate())
    assert Repayment.objects.count() == 1


def test_money_of_a_sum_kept_back_meanwhile_is_refused(client, due):
    repayment = announced(due)
    feed(due, 150_00)
    sign_in(client, staff(StaffRole.CDC))
    typed = {"repayment": repayment.pk, "received": "200", "received_on": timezone.localdate().isoformat()}

    page = text_of(client.post(f"/instruction/sommes-indues/{due.pk}/remboursement/", typed))

    assert "dépasse les 50,00 € encore dus" in page
    assert not RepaymentReceipt.objects.exists()
    assert received(repayment, 50_00).amount_cents == 50_00
    assert left_of(due) == 0


def test_same_transfer_received_twice_is_one(due):
    repayment = announced(due)

    assert received(repayment) == received(repayment)
    with pytest.raises(RepaymentRefused, match="un autre montant"):
        received(repayment, 10_00)


def test_transfer_dated_in_the_future_or_of_another_sum_is_refused(client, due):
    repayment = announced(due)
    other = record_undue_sum(
        holder=HolderFactory(),
        amount_cents=10_00,
        reason="Autre",
        reference="D2",
        ordered_on=timezone.localdate(),
    )
    sign_in(client, staff(StaffRole.CDC))
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    typed = {"repayment": repayment.pk, "received": "200", "received_on": tomorrow}

    page = text_of(client.post(f"/instruction/sommes-indues/{due.pk}/remboursement/", typed))
    elsewhere = client.post(
        f"/instruction/sommes-indues/{other.pk}/remboursement/",
        {**typed, "received_on": timezone.localdate().isoformat()},
    )

    assert "ne peut pas être daté d’un jour à venir" in page
    assert elsewhere.status_code == 404
    assert not RepaymentReceipt.objects.exists()


def test_cancelled_decision_says_that_the_repaid_money_comes_back(client, due):
    received(announced(due))
    cancel_undue_sum(due=due, reason="Formation suivie", reference="D9", today=timezone.localdate())
    sign_in(client, due.holder.user)

    page = text_of(client.get(f"/mes-droits/sommes-indues/{due.pk}/"))

    assert "Les 200,00 € que vous aviez remboursés vous seront virés" in page
    assert "Annoncer mon virement" not in page


def test_list_shows_own_sums_alone_and_says_when_there_is_none(client, due, django_assert_num_queries):
    sign_in(client, due.holder.user)
    client.get("/mes-droits/sommes-indues/")
    with django_assert_num_queries(6):
        mine = text_of(client.get("/mes-droits/sommes-indues/"))
    sign_in(client, HolderFactory().user)

    others = text_of(client.get("/mes-droits/sommes-indues/"))
    foreign = client.get(f"/mes-droits/sommes-indues/{due.pk}/")

    assert "200,00 €" in mine
    assert "Vous n’avez rien à rembourser" in others
    assert foreign.status_code == 404
