"""Asking for a training: one file, the amount set aside, one event; a refusal writes nothing."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from accounts.enums import SituationKind, SituationSource
from catalog.enums import EntryMode, RecruitmentState
from rights.enums import EventOrigin, FileOrigin, Funder, Scheme, TrainingFileState, Transmission
from rights.exceptions import (
    AccountClosed,
    ActionNotPaid,
    DatesUnknown,
    FileAlreadyOpen,
    KeyReused,
    PlanChanged,
    PriceUnknown,
    RequestTooLate,
    SessionNotOpen,
    TooManyRequests,
)
from rights.models import Entry, JournalEvent, TrainingFile, TrainingFileFunding, TrainingFileTransition
from rights.parameters import value_on
from rights.rules.derivation import Derivation
from rights.services.training_files import cancel_training_file, request_training_file
from tests.support.factories.accounts import HolderFactory, SituationFactory
from tests.support.factories.catalog import TrainingFactory
from tests.support.factories.rights import (
    REQUEST_DAY,
    ActionFactory,
    CounterFactory,
    RequestableSessionFactory,
    TrainingFileFactory,
)

pytestmark = pytest.mark.django_db

FIRST_START = date(2026, 3, 17)


@pytest.fixture
def counter():
    return CounterFactory(balance=5_000_00)


def requested(counter, session, **changes):
    return request_training_file(
        **{"key": uuid4(), "holder": counter.holder, "session": session, "today": REQUEST_DAY, **changes}
    )


def assert_nothing_written(counter):
    counter.refresh_from_db()
    assert (counter.balance, counter.reserved) == (5_000_00, 0)
    assert not TrainingFile.objects.exists()
    assert not TrainingFileFunding.objects.exists()
    assert not TrainingFileTransition.objects.exists()
    assert not JournalEvent.objects.exists()
    assert not Entry.objects.filter(training_file__isnull=False).exists()


def test_request_on_an_open_session_opens_a_file_that_repeats_its_facts(counter):
    session = RequestableSessionFactory()
    key = uuid4()

    training_file = requested(counter, session, key=key)

    training_file.refresh_from_db()
    training = session.action.training
    assert training_file.pk == key
    assert training_file.holder == counter.holder
    assert training_file.session == session
    assert (training_file.state, training_file.origin, training_file.transmission) == (
        TrainingFileState.REQUESTED,
        FileOrigin.PORTAL,
        Transmission.PENDING,
    )
    assert training_file.title == training.title
    assert training_file.certification_code == training.certification_code
    assert training_file.organisation_siret == training.organisation.siret
    assert training_file.nda == training.organisation.nda
    assert (training_file.session_starts_on, training_file.session_ends_on) == (
        session.starts_on,
        session.ends_on,
    )
    assert (training_file.price_cents, training_file.hours_minutes) == (1_500_00, 140 * 60)
    assert training_file.place == "Atelier du port, 20000 Ajaccio"
    assert training_file.requested_on == REQUEST_DAY


def test_request_sets_the_amount_aside_and_explains_it(counter):
    training_file = requested(counter, RequestableSessionFactory())

    counter.refresh_from_db()
    hold = training_file.entries.get()
    derivation = Derivation.from_json(hold.derivation)
    assert (counter.balance, counter.reserved) == (3_603_20, 1_396_80)
    assert (hold.kind, hold.amount, hold.balance_after) == ("hold", -1_396_80, 3_603_20)
    assert hold.value_date == REQUEST_DAY
    assert derivation is not None
    assert derivation.result == 1_396_80


def test_request_writes_the_parts_that_add_up_to_the_price(counter):
    training_file = requested(counter, RequestableSessionFactory())

    parts = set(training_file.fundings.values_list("funder", "counter", "amount_cents"))
    assert parts == {
        (Funder.CPF_ACCOUNT, counter.pk, 1_396_80),
        (Funder.HOLDER, None, 103_20),
    }


def test_request_writes_one_event_of_the_portal_and_the_first_row_of_the_history(counter):
    training_file = requested(counter, RequestableSessionFactory())

    event = JournalEvent.objects.get()
    first = training_file.transitions.get()
    assert (event.kind, event.origin, event.training_file) == (
        "file_requested",
        EventOrigin.PORTAL,
        training_file,
    )
    assert (first.action, first.from_state, first.to_state) == ("", "", "requested")


def test_request_beyond_the_first_right_uses_the_next_ones(counter):
    dif = CounterFactory(holder=counter.holder, scheme=Scheme.DIF, balance=600_00)
    cec = CounterFactory(holder=counter.holder, scheme=Scheme.CEC, balance=720_00)
    session = RequestableSessionFactory(action=ActionFactory(price_cents=6_000_00))

    training_file = requested(counter, session)

    amounts = dict(training_file.entries.values_list("counter", "amount"))
    assert amounts == {counter.pk: -5_000_00, dif.pk: -600_00, cec.pk: -296_80}


@pytest.mark.parametrize("scheme", [Scheme.C2P, Scheme.PUBLIC_HOURS])
def test_request_never_spends_points_or_hours_as_euros(scheme):
    counter = CounterFactory(scheme=scheme, balance=5_000_00)

    training_file = requested(counter, RequestableSessionFactory())

    counter.refresh_from_db()
    assert counter.balance == 5_000_00
    assert training_file.fundings.get().funder == Funder.HOLDER


def test_request_without_any_right_leaves_the_whole_price_to_the_person():
    holder = HolderFactory()

    training_file = request_training_file(
        key=uuid4(), holder=holder, session=RequestableSessionFactory(), today=REQUEST_DAY
    )

    funding = training_file.fundings.get()
    assert (funding.funder, funding.amount_cents) == (Funder.HOLDER, 1_500_00)
    assert not training_file.entries.exists()


def test_request_for_a_free_training_holds_nothing(counter):
    session = RequestableSessionFactory(action=ActionFactory(price_cents=0))

    training_file = requested(counter, session)

    assert not training_file.fundings.exists()
    assert not training_file.entries.exists()


def test_request_with_the_same_key_returns_the_same_file_and_holds_once(counter):
    session = RequestableSessionFactory()
    key = uuid4()
    first = requested(counter, session, key=key)

    second = requested(counter, session, key=key)

    counter.refresh_from_db()
    assert second == first
    assert counter.reserved == 1_396_80
    assert JournalEvent.objects.count() == 1


def test_request_with_the_key_of_another_person_is_refused(counter):
    session = RequestableSessionFactory()
    key = uuid4()
    request_training_file(key=key, holder=HolderFactory(), session=session, today=REQUEST_DAY)

    with pytest.raises(KeyReused):
        requested(counter, session, key=key)

    assert TrainingFile.objects.count() == 1


def test_request_with_the_key_of_another_session_is_refused(counter):
    key = uuid4()
    requested(counter, RequestableSessionFactory(), key=key)

    with pytest.raises(KeyReused):
        requested(counter, RequestableSessionFactory(), key=key)

    assert TrainingFile.objects.count() == 1


def test_second_request_on_the_session_names_the_file_already_open(counter):
    session = RequestableSessionFactory()
    first = requested(counter, session)

    with pytest.raises(FileAlreadyOpen) as refusal:
        requested(counter, session)

    counter.refresh_from_db()
    assert refusal.value.training_file == first
    assert counter.reserved == 1_396_80
    assert TrainingFile.objects.count() == JournalEvent.objects.count() == 1


def test_request_for_a_training_that_a_partner_already_opened_is_refused(counter):
    session = RequestableSessionFactory()
    known = TrainingFileFactory(
        holder=counter.holder,
        from_agora=True,
        organisation_siret=session.action.training.organisation.siret,
        certification_code=session.action.training.certification_code,
        session_starts_on=session.starts_on,
    )

    with pytest.raises(FileAlreadyOpen) as refusal:
        requested(counter, session)

    assert refusal.value.training_file == known


def test_request_after_a_cancellation_opens_a_new_file(counter):
    session = RequestableSessionFactory()
    first = requested(counter, session)
    cancel_training_file(training_file_id=first.pk, today=REQUEST_DAY)

    second = requested(counter, session)

    counter.refresh_from_db()
    assert second != first
    assert (counter.balance, counter.reserved) == (3_603_20, 1_396_80)


def test_request_of_a_deceased_person_writes_nothing(counter):
    counter.holder.deceased_on = REQUEST_DAY
    counter.holder.save()

    with pytest.raises(AccountClosed):
        requested(counter, RequestableSessionFactory())

    assert_nothing_written(counter)


@pytest.mark.parametrize("state", [RecruitmentState.CLOSED, RecruitmentState.SUSPENDED])
def test_request_on_a_session_that_takes_nobody_writes_nothing(counter, state):
    with pytest.raises(SessionNotOpen):
        requested(counter, RequestableSessionFactory(recruitment_state=state))

    assert_nothing_written(counter)


def test_request_on_a_session_withdrawn_from_the_offer_writes_nothing(counter):
    with pytest.raises(SessionNotOpen):
        requested(counter, RequestableSessionFactory(closed_on=REQUEST_DAY))

    assert_nothing_written(counter)


def test_request_on_the_first_possible_day_is_accepted(counter):
    training_file = requested(counter, RequestableSessionFactory(starts_on=FIRST_START))

    assert training_file.session_starts_on == FIRST_START


def test_request_one_day_too_late_says_from_when_it_would_be_possible(counter):
    session = RequestableSessionFactory(starts_on=FIRST_START - timedelta(days=1))

    with pytest.raises(RequestTooLate) as refusal:
        requested(counter, session)

    assert "17 mars 2026" in refusal.value.message
    assert "11 jours ouvrés" in refusal.value.message
    assert_nothing_written(counter)


def test_request_on_permanent_entries_already_begun_starts_as_soon_as_the_notice_allows(counter):
    session = RequestableSessionFactory(
        action=ActionFactory(entry_mode=EntryMode.PERMANENT), starts_on=date(2026, 1, 5)
    )

    training_file = requested(counter, session)

    assert training_file.session_starts_on == FIRST_START


def test_request_on_permanent_entries_that_end_before_the_notice_writes_nothing(counter):
    session = RequestableSessionFactory(
        action=ActionFactory(entry_mode=EntryMode.PERMANENT),
        starts_on=date(2026, 1, 5),
        ends_on=FIRST_START - timedelta(days=1),
    )

    with pytest.raises(SessionNotOpen):
        requested(counter, session)

    assert_nothing_written(counter)


@pytest.mark.parametrize("missing", ["starts_on", "ends_on"])
def test_request_on_a_session_without_dates_writes_nothing(counter, missing):
    with pytest.raises(DatesUnknown):
        requested(counter, RequestableSessionFactory(**{missing: None}))

    assert_nothing_written(counter)


def test_request_on_a_session_without_price_writes_nothing(counter):
    with pytest.raises(PriceUnknown):
        requested(counter, RequestableSessionFactory(action=ActionFactory(price_cents=None)))

    assert_nothing_written(counter)


def test_request_on_another_charge_than_the_one_shown_writes_nothing(counter):
    with pytest.raises(PlanChanged):
        requested(counter, RequestableSessionFactory(), expected_charge_cents=103_19)

    assert_nothing_written(counter)


def test_request_on_the_charge_shown_goes_through(counter):
    training_file = requested(counter, RequestableSessionFactory(), expected_charge_cents=103_20)

    assert training_file.state == TrainingFileState.REQUESTED


def test_request_wakes_the_relay_once_the_transaction_holds(counter, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        requested(counter, RequestableSessionFactory())

    assert len(callbacks) == 1


def costly_session(*, title="Soudeur à l'arc", certification_code=""):
    training = TrainingFactory(title=title, certification_code=certification_code)
    return RequestableSessionFactory(action=ActionFactory(training=training, price_cents=3_000_00))


def rights_used(training_file):
    return sum(part.amount_cents for part in training_file.fundings.filter(funder=Funder.CPF_ACCOUNT))


def test_request_of_a_specific_certification_is_paid_up_to_its_ceiling(counter):
    ceiling = value_on("rs_ceiling_cents", REQUEST_DAY).number

    training_file = requested(counter, costly_session(certification_code="RS6151"))

    assert rights_used(training_file) == ceiling < 3_000_00


def test_request_of_the_common_base_of_knowledge_has_no_such_ceiling(counter):
    training_file = requested(counter, costly_session(certification_code="RS5080"))

    assert rights_used(training_file) == 3_000_00 - value_on("holder_participation", REQUEST_DAY).number


def test_request_of_a_driving_licence_that_rights_may_not_pay_writes_nothing(counter):
    with pytest.raises(ActionNotPaid, match="demandeur d’emploi"):
        requested(counter, costly_session(title="Permis de conduire B"))

    assert_nothing_written(counter)


def seeking_work(counter, source):
    SituationFactory(
        holder=counter.holder, kind=SituationKind.JOB_SEEKER, source=source, starts_on=date(2026, 1, 1)
    )


def test_request_by_a_registered_job_seeker_owes_no_participation(counter):
    seeking_work(counter, SituationSource.FLOW)

    assert rights_used(requested(counter, costly_session())) == 3_000_00


def test_request_by_who_only_says_to_be_a_job_seeker_owes_the_participation(counter):
    seeking_work(counter, SituationSource.DECLARED)

    assert rights_used(requested(counter, costly_session())) < 3_000_00


def sessions_of_one_action(count):
    action = ActionFactory()
    return [
        RequestableSessionFactory(action=action, starts_on=date(2026, 4, 13) + timedelta(days=rank))
        for rank in range(count)
    ]


def test_sixth_request_for_one_action_is_refused_until_another_ends(counter):
    *first, sixth = sessions_of_one_action(6)
    files = [requested(counter, session) for session in first]

    with pytest.raises(TooManyRequests, match="5 demandes en cours"):
        requested(counter, sixth)
    cancel_training_file(training_file_id=files[0].pk, today=REQUEST_DAY)

    assert requested(counter, sixth).state == TrainingFileState.REQUESTED


def test_requests_for_other_actions_are_not_counted(counter):
    for session in sessions_of_one_action(5):
        requested(counter, session)

    assert requested(counter, RequestableSessionFactory()).state == TrainingFileState.REQUESTED


def test_request_of_a_person_at_the_full_pension_writes_nothing():
    counter = CounterFactory(balance=5_000_00, holder__birth_date=date(1955, 5, 4))

    with pytest.raises(ActionNotPaid, match="retraite à taux plein"):
        requested(counter, RequestableSessionFactory())

    assert_nothing_written(counter)
