"""Counter and post: what makes a proof, what closes a code, who is told."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from accounts.exceptions import LetterUnderWay, NoPostalAddress, NotAllowed, TwoFactsNeeded, WrongPostedCode
from accounts.models import AccessLogEntry, IdentityProof, Notification, PostalLetter, ProofCode
from accounts.services.identity_proofs import prove_by_posted_code, record_counter_check, send_proof_code
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
FACTS = ["passport", "vitale_card"]


@pytest.fixture
def holder():
    return HolderFactory(identity_proof=False, postal_address="3 rue des Exemples\n20000 Ajaccio")


def check(holder, actor=None, **changes):
    given = {"facts": FACTS, "reason": "Demande de formation", "now": NOW, **changes}
    return record_counter_check(actor=actor or UserFactory(cep_adviser=True), holder=holder, **given)


def letter_code(holder):
    """The code, as the person reads it in the letter."""
    return json.loads(PostalLetter.objects.get(holder=holder).content)["code"]


def test_counter_check_is_traced_told_and_dated(holder):
    agent = UserFactory(cep_adviser=True)

    proof = check(holder, agent)

    assert (proof.verified_by, proof.facts) == (agent, FACTS)
    assert proof.valid_until == NOW + timedelta(days=365)
    assert AccessLogEntry.objects.get().actor == agent
    assert Notification.objects.get().context["subject"] == "Votre identité a été vérifiée"


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": ["passport"]},
        {"facts": ["passport", "passport"]},
        {"facts": ["vitale_card", "payslip"]},
        {"facts": []},
        {"reason": " "},
    ],
    ids=["one", "the same twice", "no photograph", "none", "no reason"],
)
def test_counter_check_that_is_not_whole_is_refused(holder, changes):
    with pytest.raises(TwoFactsNeeded):
        check(holder, **changes)

    assert not IdentityProof.objects.exists()
    assert not AccessLogEntry.objects.exists()


@pytest.mark.parametrize("role", ["regional_agent", "rssi", "administrator", "training_organisation"])
def test_counter_check_by_another_role_is_refused(holder, role):
    with pytest.raises(NotAllowed):
        check(holder, UserFactory(**{role: True}))


def test_agent_does_not_check_themselves():
    agent = UserFactory(cep_adviser=True)
    own = HolderFactory(user=agent, identity_proof=False)

    with pytest.raises(NotAllowed):
        check(own, agent)


def test_code_of_the_letter_proves_once(holder):
    send_proof_code(holder=holder, user=holder.user, now=NOW)
    code = letter_code(holder)

    proof = prove_by_posted_code(
        holder=holder, user=holder.user, code=code.lower(), now=NOW + timedelta(days=4)
    )

    assert proof.kind == "post"
    with pytest.raises(WrongPostedCode):
        prove_by_posted_code(holder=holder, user=holder.user, code=code, now=NOW + timedelta(days=4))
    assert IdentityProof.objects.count() == 1


def test_code_is_stored_nowhere_in_clear(holder):
    send_proof_code(holder=holder, user=holder.user, now=NOW)

    assert letter_code(holder).replace(" ", "") not in str(ProofCode.objects.values().get())


def test_five_wrong_codes_close_the_right_one(holder):
    send_proof_code(holder=holder, user=holder.user, now=NOW)
    for _ in range(5):
        with pytest.raises(WrongPostedCode):
            prove_by_posted_code(holder=holder, user=holder.user, code="2222222222", now=NOW)

    with pytest.raises(WrongPostedCode):
        prove_by_posted_code(holder=holder, user=holder.user, code=letter_code(holder), now=NOW)

    assert not IdentityProof.objects.exists()


def test_code_too_old_or_of_another_user_proves_nothing(holder):
    send_proof_code(holder=holder, user=holder.user, now=NOW)
    code = letter_code(holder)

    with pytest.raises(WrongPostedCode):
        prove_by_posted_code(holder=holder, user=holder.user, code=code, now=NOW + timedelta(days=31))
    with pytest.raises(WrongPostedCode):
        prove_by_posted_code(holder=holder, user=UserFactory(), code=code, now=NOW)

    assert not IdentityProof.objects.exists()


def test_letter_without_an_address_is_refused():
    holder = HolderFactory(identity_proof=False)

    with pytest.raises(NoPostalAddress):
        send_proof_code(holder=holder, user=holder.user, now=NOW)


def test_second_letter_within_a_week_is_refused(holder):
    send_proof_code(holder=holder, user=holder.user, now=NOW)

    with pytest.raises(LetterUnderWay):
        send_proof_code(holder=holder, user=holder.user, now=NOW + timedelta(days=6))

    assert PostalLetter.objects.count() == 1


def test_new_letter_replaces_the_former_code(holder):
    first = send_proof_code(holder=holder, user=holder.user, now=NOW)
    later = NOW + timedelta(days=8)

    send_proof_code(holder=holder, user=holder.user, now=later)

    first.refresh_from_db()
    assert first.closed_at == later
