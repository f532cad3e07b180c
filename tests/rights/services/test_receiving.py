"""Files that others opened: by a partner that calls us, or pulled from AGORA. Told once, kept once."""

import re
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from rights.enums import EventOrigin, FileOrigin, Funder, TrainingFileState, Transmission
from rights.exceptions import AccountClosed, FileAlreadyOpen, FundingMismatch, NumberAlreadyGiven
from rights.facts import FundingFact, TrainingFileFacts
from rights.models import JournalEvent, TrainingFile
from rights.selectors.journal import events_for_agora
from rights.selectors.session_facts import facts_of_session
from rights.services.training_files import (
    merge_agora_training_file,
    register_partner_training_file,
    request_training_file,
)
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import (
    REQUEST_DAY,
    CounterFactory,
    RequestableSessionFactory,
    TrainingFileFactory,
)

pytestmark = pytest.mark.django_db

NUMBER = "AG0123456789AB"
FACTS = TrainingFileFacts(
    title="CAP Cuisine",
    certification_code="RNCP38430",
    organisation_siret="16000000900018",
    organisation_name="Lycée hôtelier",
    nda="94202012345",
    session_starts_on=date(2026, 9, 7),
    session_ends_on=date(2027, 6, 18),
    hours_minutes=800 * 60,
    price_cents=6_400_00,
    place="20000 Ajaccio",
    fundings=(FundingFact(Funder.REGION, 6_000_00), FundingFact(Funder.OPCO, 400_00)),
)


@pytest.fixture
def holder():
    return HolderFactory()


def registered(holder, partner="region-94", facts=FACTS):
    return register_partner_training_file(partner_code=partner, holder=holder, facts=facts)


def merged(holder, facts=FACTS, number=NUMBER):
    return merge_agora_training_file(holder=holder, facts=facts, agora_number=number)


def test_register_of_a_new_training_opens_a_numbered_file(holder):
    training_file, created = registered(holder)

    training_file.refresh_from_db()
    assert created
    assert re.fullmatch(r"AG[0-9A-HJKMNP-TV-Z]{12}", training_file.agora_number)
    assert (training_file.origin, training_file.partner_code) == (FileOrigin.PARTNER, "region-94")
    assert (training_file.state, training_file.transmission) == (
        TrainingFileState.REQUESTED,
        Transmission.NOT_APPLICABLE,
    )
    assert dict(training_file.fundings.values_list("funder", "amount_cents")) == {
        "region": 6_000_00,
        "opco": 400_00,
    }
    assert training_file.transitions.get().to_state == TrainingFileState.REQUESTED


def test_register_is_never_sent_back_to_agora(holder):
    registered(holder)

    assert JournalEvent.objects.get().origin == EventOrigin.AGORA
    assert not events_for_agora().exists()


def test_register_by_another_partner_finds_the_file_already_open(holder):
    first, _ = registered(holder)

    second, created = registered(
        holder, partner="opco-2i", facts=replace(FACTS, title="Cuisine", price_cents=6_400_00)
    )

    assert not created
    assert second == first
    assert TrainingFile.objects.count() == JournalEvent.objects.count() == 1


@pytest.mark.parametrize(
    "difference",
    [
        {"organisation_siret": "16000000900026"},
        {"certification_code": "RNCP38431"},
        {"session_starts_on": date(2026, 9, 8)},
    ],
)
def test_register_of_another_training_opens_another_file(holder, difference):
    first, _ = registered(holder)

    second, created = registered(holder, facts=replace(FACTS, **difference))

    assert created
    assert second != first


def test_register_for_another_person_opens_another_file(holder):
    registered(holder)

    _, created = registered(HolderFactory())

    assert created


def test_register_after_a_refused_file_opens_a_new_one(holder):
    TrainingFileFactory(
        holder=holder,
        refused=True,
        organisation_siret=FACTS.organisation_siret,
        certification_code=FACTS.certification_code,
        session_starts_on=FACTS.session_starts_on,
        session_ends_on=FACTS.session_ends_on,
    )

    _, created = registered(holder)

    assert created


def test_register_with_fundings_that_do_not_add_up_writes_nothing(holder):
    with pytest.raises(FundingMismatch):
        registered(holder, facts=replace(FACTS, price_cents=6_400_01))

    assert not TrainingFile.objects.exists()


def test_register_for_a_deceased_person_writes_nothing(holder):
    holder.deceased_on = date(2026, 1, 1)
    holder.save()

    with pytest.raises(AccountClosed):
        registered(holder)

    assert not TrainingFile.objects.exists()


def test_register_with_one_payer_named_twice_adds_its_parts(holder):
    facts = replace(
        FACTS, fundings=(FundingFact(Funder.REGION, 6_000_00), FundingFact(Funder.REGION, 400_00))
    )

    training_file, _ = registered(holder, facts=facts)

    assert dict(training_file.fundings.values_list("funder", "amount_cents")) == {"region": 6_400_00}


def test_merge_of_an_unknown_number_shows_the_file_to_the_person(holder):
    training_file = merged(holder)

    training_file.refresh_from_db()
    assert (training_file.origin, training_file.agora_number) == (FileOrigin.AGORA, NUMBER)
    assert training_file.transmission == Transmission.NOT_APPLICABLE
    assert training_file.title == "CAP Cuisine"
    assert not events_for_agora().exists()


def test_merge_of_the_same_number_again_changes_nothing(holder):
    first = merged(holder)

    second = merged(holder)

    assert second == first
    assert TrainingFile.objects.count() == JournalEvent.objects.count() == 1


def test_merge_of_a_file_changed_in_agora_follows_it(holder):
    merged(holder)
    fundings = (FundingFact(Funder.REGION, 5_000_00),)

    changed = merged(
        holder, facts=replace(FACTS, price_cents=5_000_00, place="20200 Bastia", fundings=fundings)
    )

    changed.refresh_from_db()
    assert (changed.price_cents, changed.place) == (5_000_00, "20200 Bastia")
    assert dict(changed.fundings.values_list("funder", "amount_cents")) == {"region": 5_000_00}


def test_merge_of_a_file_entered_in_agora_declares_the_entry_once(holder):
    merged(holder)
    entered = replace(FACTS, entered_on=date(2026, 9, 7))

    merged(holder, facts=entered)
    training_file = merged(holder, facts=entered)

    assert (training_file.state, training_file.entered_on) == (
        TrainingFileState.IN_TRAINING,
        date(2026, 9, 7),
    )
    assert JournalEvent.objects.filter(kind="entry_declared", origin="agora").count() == 1


def test_merge_of_our_own_request_gives_it_its_number_and_keeps_its_facts():
    counter = CounterFactory(balance=5_000_00)
    session = RequestableSessionFactory()
    ours = request_training_file(key=uuid4(), holder=counter.holder, session=session, today=REQUEST_DAY)
    facts = replace(facts_of_session(session, REQUEST_DAY), title="Autre intitulé", place="")

    training_file = merged(counter.holder, facts=facts)

    ours.refresh_from_db()
    counter.refresh_from_db()
    assert training_file == ours
    assert (ours.agora_number, ours.transmission) == (NUMBER, Transmission.TRANSMITTED)
    assert ours.title == session.action.training.title
    assert counter.reserved == 1_396_80


def test_merge_of_the_number_of_another_person_changes_nothing(holder):
    merged(HolderFactory())

    with pytest.raises(NumberAlreadyGiven):
        merged(holder)

    assert not TrainingFile.objects.filter(holder=holder).exists()


def test_merge_of_a_training_live_under_another_number_changes_nothing(holder):
    first = merged(holder)

    with pytest.raises(FileAlreadyOpen) as refusal:
        merged(holder, number="AGAUTRENUMERO0")

    assert refusal.value.training_file == first
    assert TrainingFile.objects.count() == 1


def test_merge_with_fundings_that_do_not_add_up_writes_nothing(holder):
    with pytest.raises(FundingMismatch):
        merged(holder, facts=replace(FACTS, price_cents=1))

    assert not TrainingFile.objects.exists()
