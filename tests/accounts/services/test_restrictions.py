"""A restriction ends at once for the person, after a notice for the officer; who ended it is written."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.consent_purposes import ADVISER_READS_RIGHTS
from accounts.enums import DataRequestKind, DataRequestState, LetterKind
from accounts.exceptions import NoSuchRestriction, NotAllowed, NoWayToTell, RestrictionEndSaid
from accounts.models import AccessLogEntry, Consent, ConsentAct, DataRequest, Notification, PostalLetter
from accounts.selectors.data_requests import is_restricted, restrictions_holding
from accounts.selectors.shared_data import adviser_may_read_rights
from accounts.services.letters import print_waiting
from accounts.services.messages import render_restriction_end
from accounts.services.restrictions import NOTICE, announce_end_of_restriction, end_own_restriction
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db

PAGE, OFFICE = "/mes-donnees/demandes/", "/agents/limitations/"


def restricted(holder, **fields):
    return DataRequest.objects.create(
        holder=holder,
        kind=DataRequestKind.RESTRICTION,
        text="Une date est fausse",
        due_on=timezone.localdate(),
        **{
            "state": DataRequestState.ACCEPTED,
            "answer": "Accepté",
            "answered_at": timezone.now(),
            **fields,
        },
    )


@pytest.fixture
def holder():
    return HolderFactory()


@pytest.fixture
def officer():
    return UserFactory(data_protection=True)


def announce(made, officer, reason="La date est corrigée.", now=None):
    return announce_end_of_restriction(key=made.pk, officer=officer, reason=reason, now=now or timezone.now())


def test_restriction_ended_by_the_person_opens_at_once_and_says_who(client, holder):
    made = restricted(holder)
    Consent.objects.create(
        holder=holder, purpose=ADVISER_READS_RIGHTS, text_version="1", act=ConsentAct.GIVEN
    )
    client.force_login(holder.user)
    before = adviser_may_read_rights(holder)

    page = client.post(f"{PAGE}{made.pk}/fin-de-limitation/", follow=True).content.decode()

    made.refresh_from_db()
    assert (before, adviser_may_read_rights(holder)) == (False, True)
    assert (made.restriction_lifted_by, made.restriction_lift_reason) == (
        holder.user,
        "Demandé par la personne",
    )
    assert "a pris fin" in page
    assert "L’usage de vos données est limité" not in page


def test_restriction_of_another_cannot_be_ended(client, holder):
    made = restricted(HolderFactory())
    client.force_login(holder.user)

    answer = client.post(f"{PAGE}{made.pk}/fin-de-limitation/")

    assert answer.status_code == 404
    with pytest.raises(NoSuchRestriction):
        end_own_restriction(holder=holder, user=holder.user, key=made.pk, now=timezone.now())
    assert restrictions_holding(timezone.now()).count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"state": DataRequestState.RECEIVED, "answer": "", "answered_at": None},
        {"state": DataRequestState.REFUSED},
        {"kind": DataRequestKind.RECTIFICATION},
    ],
    ids=["waiting", "refused", "another-request"],
)
def test_what_restricts_nothing_cannot_be_ended(holder, officer, fields):
    made = restricted(holder)
    DataRequest.objects.filter(pk=made.pk).update(**fields)

    with pytest.raises(NoSuchRestriction):
        announce(made, officer)

    assert not Notification.objects.exists()


@pytest.mark.parametrize("reason", ["", " \n"], ids=["empty", "blank"])
def test_end_without_a_reason_is_neither_written_nor_told(holder, officer, reason):
    made = restricted(holder)

    with pytest.raises(ValueError, match="says why"):
        announce(made, officer, reason=reason)

    made.refresh_from_db()
    assert made.restriction_lifted_at is None
    assert not Notification.objects.exists()


def test_end_announced_by_the_officer_is_told_and_holds_until_its_day(holder, officer):
    made, now = restricted(holder), timezone.now()

    announce(made, officer, now=now)

    made.refresh_from_db()
    message = Notification.objects.get()
    assert (made.restriction_lifted_by, made.restriction_lifted_at) == (officer, now + NOTICE)
    assert is_restricted(holder)
    assert restrictions_holding(now + NOTICE - timedelta(seconds=1)).exists()
    assert not restrictions_holding(now + NOTICE).exists()
    assert message.recipient == holder.email
    assert "La date est corrigée." in render_restriction_end(message.context).text
    assert AccessLogEntry.objects.get().actor == officer


def test_person_without_e_mail_is_told_by_a_letter(officer, settings, tmp_path):
    settings.LETTERS_DIR = tmp_path
    holder = HolderFactory(user=None, email="", postal_address="3 rue Haute\n20000 Ajaccio")

    announce(restricted(holder), officer)

    letter = PostalLetter.objects.get()
    assert letter.kind == LetterKind.RESTRICTION_END
    assert "La date est corrigée." in json.loads(letter.content)["what"]
    assert print_waiting() == 1
    assert (tmp_path / f"{letter.pk}.pdf").read_bytes().startswith(b"%PDF")


def test_person_who_cannot_be_told_keeps_the_restriction(officer):
    made = restricted(HolderFactory(user=None, email="", postal_address=""))

    with pytest.raises(NoWayToTell):
        announce(made, officer)

    made.refresh_from_db()
    assert made.restriction_lifted_at is None
    assert not AccessLogEntry.objects.exists()


def test_end_is_announced_once_and_the_person_may_still_end_it_sooner(holder, officer):
    made = restricted(holder)
    announce(made, officer)

    with pytest.raises(RestrictionEndSaid):
        announce(made, officer, reason="Autre motif")
    end_own_restriction(holder=holder, user=holder.user, key=made.pk, now=timezone.now())

    assert Notification.objects.count() == 1
    assert not is_restricted(holder)


@pytest.mark.parametrize("who", ["administrator", "cep_adviser", "rssi"])
def test_only_the_officer_announces_an_end(holder, who):
    made = restricted(holder)

    with pytest.raises(NotAllowed):
        announce(made, UserFactory(**{who: True}))

    assert not Notification.objects.exists()


def test_officer_does_not_end_their_own_restriction(officer):
    made = restricted(HolderFactory(user=officer))

    with pytest.raises(NotAllowed):
        announce(made, officer)


@pytest.mark.parametrize(
    "half",
    [
        {"restriction_lifted_at": timezone.now()},
        {"restriction_lift_reason": "Sans auteur"},
        {"restriction_lift_said_at": timezone.now(), "restriction_lift_reason": "Sans jour"},
    ],
    ids=["no-author", "reason-alone", "no-day"],
)
def test_database_refuses_an_end_half_written(holder, half):
    made = restricted(holder)

    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.filter(pk=made.pk).update(**half)


def test_officers_page_lists_announces_and_asks_for_the_reason(client, holder, officer):
    made = restricted(holder)
    client.force_login(officer)

    without = client.post(OFFICE, {"restriction": made.pk, "reason": ""}).content.decode()
    announced = client.post(OFFICE, {"restriction": made.pk, "reason": "C’est corrigé"}, follow=True)
    page = announced.content.decode()

    assert "Indiquez le motif" in without
    assert holder.display_name in page
    assert "Fin annoncée" in page
    assert "C’est corrigé" in page


def test_officers_page_costs_the_same_with_one_or_three(client, officer, django_assert_num_queries):
    client.force_login(officer)
    restricted(HolderFactory())
    client.get(OFFICE)
    with django_assert_num_queries(5):
        client.get(OFFICE)

    restricted(HolderFactory()), restricted(HolderFactory())

    with django_assert_num_queries(5):
        client.get(OFFICE)
