"""« Mes coordonnées »: a telephone and a postal address, agreed to by e-mail, told to the former one, kept."""

import json
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts.enums import CheckedFact, ContactKind, LetterKind
from accounts.exceptions import CoolingPeriod, PhoneNotConfirmed, PostalAddressTooRecent
from accounts.models import ContactChange, Holder, Notification, PostalLetter
from accounts.selectors.spending import cooling_until
from accounts.services.contact_changes import ASKED_PER_DAY, change_of_token
from accounts.services.identity_proofs import prove_by_posted_code, record_counter_check, send_proof_code
from accounts.services.letters import print_waiting
from accounts.services.messages import render_contact_change
from accounts.services.spending import check_may_spend
from cpa_portal.kernel.encryption import decrypt
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE, PHONE = "/mes-donnees/coordonnees/", "/mes-donnees/coordonnees/telephone/"
POSTAL = "/mes-donnees/coordonnees/adresse-postale/"
HOME, NEW_HOME = "3 rue Haute\n20000 Ajaccio", "8 quai Bas\n13002 Marseille"


@pytest.fixture
def holder(client):
    holder = HolderFactory(
        phone="06 12 34 56 78", postal_address=HOME, phone_verified_on=timezone.localdate()
    )
    client.force_login(holder.user)
    return holder


def messages_of(kind="accounts.contact_change"):
    return list(Notification.objects.filter(kind=kind).order_by("created_at"))


def link_of(message):
    parts = urlsplit(json.loads(decrypt(message.context["sealed"]))["link"])
    return f"{parts.path}?{parts.query}"


def test_new_phone_waits_for_the_e_mail_in_force(client, holder):
    client.post(PHONE, {"new_value": "07.00.00.00.01"})

    [message] = messages_of()
    holder.refresh_from_db()
    assert message.recipient == holder.user.email
    assert "07 00 00 00 01" in render_contact_change(message.context).text
    assert "07 00 00 00 01" not in json.dumps(message.context)
    assert holder.phone == "06 12 34 56 78"


def test_agreed_phone_is_declared_only_told_and_opens_the_cooling_period(client, holder):
    client.post(PHONE, {"new_value": "07 00 00 00 01"})
    client.logout()

    client.post(link_of(messages_of()[0]), {"accept": ""})

    holder.refresh_from_db()
    change = ContactChange.objects.get()
    assert (holder.phone, holder.phone_verified_on) == ("07 00 00 00 01", None)
    assert (change.old_value, change.applied_at is not None) == ("06 12 34 56 78", True)
    assert {row.recipient for row in messages_of("accounts.security_event")} == {
        holder.email,
        holder.user.email,
    }
    assert cooling_until(holder) > timezone.now()
    with pytest.raises(CoolingPeriod):
        check_may_spend(holder=holder, assurance=None, now=timezone.now())


def test_refused_change_changes_nothing_and_its_link_dies(client, holder):
    client.post(POSTAL, {"new_value": NEW_HOME})
    link = link_of(messages_of()[0])

    refused = client.post(link, {"refuse": ""}).content.decode()
    again = client.post(link, {"accept": ""}).content.decode()

    holder.refresh_from_db()
    assert "rien n’a changé" in refused
    assert "n’est plus valable" in again
    assert holder.postal_address == HOME


def test_former_postal_address_gets_a_letter_that_does_not_say_the_new_one(
    client, holder, settings, tmp_path
):
    settings.LETTERS_DIR = tmp_path
    client.post(POSTAL, {"new_value": NEW_HOME})

    client.post(link_of(messages_of()[0]), {"accept": ""})

    letter = PostalLetter.objects.get(kind=LetterKind.ADDRESS_CHANGED)
    said = json.loads(letter.content)
    assert said["address"] == HOME.splitlines()
    assert "Marseille" not in letter.content
    assert print_waiting() == 1
    assert (tmp_path / f"{letter.pk}.pdf").read_bytes().startswith(b"%PDF")


def test_code_by_post_waits_until_the_new_address_has_stood(client, holder, settings):
    client.post(POSTAL, {"new_value": NEW_HOME})
    client.post(link_of(messages_of()[0]), {"accept": ""})
    holder.refresh_from_db()
    later = timezone.now() + timedelta(days=settings.POSTAL_ADDRESS_STANDS_DAYS, minutes=1)

    with pytest.raises(PostalAddressTooRecent):
        send_proof_code(holder=holder, user=holder.user, now=later - timedelta(days=1))

    assert not PostalLetter.objects.filter(kind=LetterKind.IDENTITY_PROOF).exists()
    assert send_proof_code(holder=holder, user=holder.user, now=later).holder_id == holder.pk


def test_first_phone_is_written_at_once_without_stopping_anything(client):
    holder = HolderFactory(phone="")
    client.force_login(holder.user)

    client.post(PHONE, {"new_value": "+33 7 00 00 00 01"})

    holder.refresh_from_db()
    assert (holder.phone, holder.phone_verified_on) == ("07 00 00 00 01", None)
    assert messages_of() == []
    assert messages_of("accounts.security_event")
    assert cooling_until(holder) is None


def test_first_postal_address_asks_for_the_agreement_and_must_stand_too(client):
    holder = HolderFactory(postal_address="")
    client.force_login(holder.user)

    client.post(POSTAL, {"new_value": NEW_HOME})

    holder.refresh_from_db()
    assert holder.postal_address == ""
    client.post(link_of(messages_of()[0]), {"accept": ""})
    holder.refresh_from_db()
    assert holder.postal_address == NEW_HOME
    assert not PostalLetter.objects.exists()
    with pytest.raises(PostalAddressTooRecent):
        send_proof_code(holder=holder, user=holder.user, now=timezone.now())


def test_link_sent_again_replaces_the_former_one(client, holder):
    client.post(PHONE, {"new_value": "07 00 00 00 01"})
    first = link_of(messages_of()[0])

    client.post(f"{PAGE}{ContactChange.objects.get().pk}/renvoyer/")

    assert "n’est plus valable" in client.get(first).content.decode()
    client.post(link_of(messages_of()[1]), {"accept": ""})
    holder.refresh_from_db()
    assert holder.phone == "07 00 00 00 01"


def test_sixth_message_of_the_day_is_refused_and_the_page_says_when_to_come_back(client, holder):
    for rank in range(ASKED_PER_DAY):
        client.post(PHONE, {"new_value": f"07 00 00 00 0{rank}"})

    page = client.post(POSTAL, {"new_value": NEW_HOME}).content.decode()
    resent = client.post(
        f"{PAGE}{ContactChange.objects.get(refused_at=None).pk}/renvoyer/", follow=True
    ).content.decode()

    assert len(messages_of()) == ASKED_PER_DAY
    assert "Attendez demain" in page
    assert "Attendez demain" in resent


def test_old_link_has_expired(client, holder, monkeypatch):
    client.post(PHONE, {"new_value": "07 00 00 00 01"})
    link = link_of(messages_of()[0])
    monkeypatch.setattr("accounts.services.contact_changes.ANSWERED_WITHIN", timedelta(seconds=-1))

    page = client.post(link, {"accept": ""}).content.decode()

    holder.refresh_from_db()
    assert "n’est plus valable" in page
    assert holder.phone == "06 12 34 56 78"


def test_dropped_change_leaves_the_page_and_anothers_cannot_be_dropped(client, holder):
    client.post(PHONE, {"new_value": "07 00 00 00 01"})
    key = ContactChange.objects.get().pk

    client.force_login(HolderFactory().user)
    assert client.post(f"{PAGE}{key}/abandonner/").status_code == 404
    assert client.post(f"{PAGE}{key}/renvoyer/").status_code == 404
    assert ContactChange.objects.get().refused_at is None

    client.force_login(holder.user)
    assert "07 00 00 00 01" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}{key}/abandonner/")
    assert "07 00 00 00 01" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("page", "typed", "said"),
    [
        (PHONE, "", "Indiquez votre nouveau numéro"),
        (PHONE, "06 12", "pas complet"),
        (PHONE, "0612345678", "déjà ce que nous avons"),
        (POSTAL, "20000 Ajaccio", "deux à 5 lignes"),
    ],
    ids=["empty", "short", "same", "one-line"],
)
def test_what_cannot_be_recorded_is_said_beside_the_field(client, holder, page, typed, said):
    answer = client.post(page, {"new_value": typed}).content.decode()

    assert said in answer
    assert not ContactChange.objects.exists()


def test_link_of_the_dead_opens_nothing(client, holder):
    client.post(PHONE, {"new_value": "07 00 00 00 01"})
    Holder.objects.filter(pk=holder.pk).update(deceased_on=timezone.localdate())
    client.logout()

    page = client.post(link_of(messages_of()[0]), {"accept": ""}).content.decode()

    holder.refresh_from_db()
    assert "n’est plus valable" in page
    assert holder.phone == "06 12 34 56 78"
    assert ContactChange.objects.get().confirmed_on_old_at is None


def test_history_says_what_was_before_and_the_page_costs_the_same_with_one_or_three(
    client, holder, django_assert_num_queries
):
    def changed(rank):
        ContactChange.objects.create(
            user=holder.user,
            what=ContactKind.PHONE,
            old_value=f"01 00 00 00 0{rank}",
            new_value=f"02 00 00 00 0{rank}",
            confirmed_on_old_at=timezone.now(),
            applied_at=timezone.now(),
        )

    client.get(PAGE)
    changed(1)
    with django_assert_num_queries(6):
        one = client.get(PAGE).content.decode()
    changed(2), changed(3)
    with django_assert_num_queries(6):
        client.get(PAGE)

    assert "« 01 00 00 00 01 » est devenu « 02 00 00 00 01 »" in one


# What is more than declared ----------------------------------------------------------------------
def counter_check(holder, rang):
    return record_counter_check(
        actor=UserFactory(cep_adviser=True),
        holder=holder,
        facts=[CheckedFact.PASSPORT, CheckedFact.PAYSLIP],
        reason="Première visite",
        now=timezone.now(),
        phone_that_rang=rang,
    )


def test_phone_that_rang_before_an_agent_is_verified():
    holder = HolderFactory(phone="06 12 34 56 78")

    counter_check(holder, "06 12 34 56 78")

    holder.refresh_from_db()
    assert holder.phone_verified_on == timezone.localdate()


@pytest.mark.parametrize(
    "person",
    [{"phone": "06 12 34 56 79"}, {"phone": ""}, {"phone": "06 12 34 56 78", "refuses_calls": True}],
    ids=["another", "none", "refuses-calls"],
)
def test_phone_that_is_not_the_declared_one_proves_nothing_at_all(person):
    holder = HolderFactory(identity_proof=False, **person)

    with pytest.raises(PhoneNotConfirmed):
        counter_check(holder, "06 12 34 56 78")

    holder.refresh_from_db()
    assert holder.phone_verified_on is None
    assert not holder.identity_proofs.exists()


def posted_code(holder):
    send_proof_code(holder=holder, user=holder.user, now=timezone.now())
    return json.loads(PostalLetter.objects.get(kind=LetterKind.IDENTITY_PROOF).content)["code"]


def test_posted_code_verifies_the_address_that_it_went_to():
    holder = HolderFactory(postal_address=HOME)

    prove_by_posted_code(holder=holder, user=holder.user, code=posted_code(holder), now=timezone.now())

    holder.refresh_from_db()
    assert holder.postal_verified_on == timezone.localdate()


def test_posted_code_of_the_former_address_does_not_verify_the_new_one(client, holder):
    code = posted_code(holder)
    client.post(POSTAL, {"new_value": NEW_HOME})
    client.post(link_of(messages_of()[0]), {"accept": ""})

    prove_by_posted_code(holder=holder, user=holder.user, code=code, now=timezone.now())

    holder.refresh_from_db()
    assert (holder.postal_address, holder.postal_verified_on) == (NEW_HOME, None)


def test_token_of_another_purpose_is_refused():
    from django.core import signing

    from accounts.exceptions import ContactChangeExpired

    with pytest.raises(ContactChangeExpired):
        change_of_token(signing.dumps("x", salt="another"))
