"""Every state × action × role of a training file: what the table gives is done, the rest is refused with its reason."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from rights.enums import (
    EntryKind,
    ExitReason,
    FileRole,
    Funder,
    PartAnswer,
    TrainingFileAction,
    TrainingFileState,
    Transmission,
)
from rights.exceptions import PlanChanged, ReasonMissing, RightsRefusal
from rights.file_refusals import ActionNotAllowed, GuardRefused
from rights.models import Entry, JournalEvent, TrainingFile, TrainingFileTransition
from rights.rules.training_file_states import RULES, TABLE, TURNS, Guard
from rights.selectors.file_steps import found_rule, free_until, withdrawal_until
from rights.selectors.ledger_checks import ledger_discrepancies
from rights.services.training_files import declare_entry, request_training_file
from rights.services.training_files.acting import HOLDER, Party, take_step
from rights.services.training_files.deadlines import expire_overdue
from rights.services.training_files.steps import (
    answer_part,
    ask_top_up,
    commit,
    declare_exit,
    propose,
    recognise_force_majeure,
    simple_step,
)
from tests.support.factories.accounts import UserFactory
from tests.support.factories.rights import (
    REQUEST_DAY,
    SESSION_END,
    SESSION_START,
    CounterFactory,
    RequestableSessionFactory,
    TrainingFileFactory,
)

pytestmark = pytest.mark.django_db

A, R, S = TrainingFileAction, FileRole, TrainingFileState
ORGANISATION, CDC = Party(R.ORGANISATION), Party(R.CDC)
REGION = Party(R.REGION, payer_codes=frozenset({"94"}))
CHARGE = 103_20

# By hand, from the domain's rules: state, action, role → state. What is not here is refused.
EXPECTED = """
requested propose organisation proposed
requested refuse organisation refused
requested refuse agora refused
requested cancel holder cancelled
requested cancel agora cancelled
requested expire system expired
requested declare_entry agora in_training
proposed commit holder accepted
proposed decline holder declined
proposed refuse organisation refused
proposed refuse agora refused
proposed expire system expired
proposed declare_entry agora in_training
waiting_funders agree_part funder accepted
waiting_funders agree_part public_employer accepted
waiting_funders agree_part training_fund accepted
waiting_funders agree_part region accepted
waiting_funders refuse_part funder proposed
waiting_funders refuse_part public_employer proposed
waiting_funders refuse_part training_fund proposed
waiting_funders refuse_part region proposed
waiting_funders cancel holder cancelled
waiting_funders refuse organisation refused
waiting_funders refuse agora refused
waiting_funders expire system proposed
waiting_funders declare_entry agora in_training
accepted withdraw holder withdrawn
accepted cancel holder cancelled
accepted cancel_late holder cancelled
accepted cancel organisation cancelled
accepted force_majeure cdc cancelled
accepted declare_entry organisation in_training
accepted declare_entry agora in_training
accepted declare_no_show organisation not_entered
in_training declare_exit organisation left
in_training force_majeure cdc left
left declare_service organisation service_declared
left force_majeure cdc left
service_declared validate_service cdc service_done
service_declared return_service cdc left
service_done pay cdc paid
refused ask_review holder in_review
refused reopen cdc requested
refused reopen region requested
expired ask_review holder in_review
not_entered force_majeure cdc cancelled
in_review uphold cdc refused
in_review reopen cdc requested
in_review cancel holder cancelled
"""
ROWS = {(s, a, r): after for s, a, r, after in (line.split() for line in EXPECTED.split("\n") if line)}
PAYERS = {
    R.FUNDER: Funder.OPCO,
    R.PUBLIC_EMPLOYER: Funder.PUBLIC_EMPLOYER,
    R.TRAINING_FUND: Funder.TRAINING_FUND,
    R.REGION: Funder.REGION,
}
# The day on which each guard lets the step through; the others are taken on the day of the request.
DAYS = {
    Guard.OVERDUE: REQUEST_DAY + timedelta(days=60),
    Guard.STARTED: SESSION_START,
    Guard.LATE_CANCELLATION: SESSION_START - timedelta(days=1),
}
# The day on which each guard stops the step.
CLOSED_DAYS = {
    Guard.OVERDUE: REQUEST_DAY,
    Guard.STARTED: SESSION_START - timedelta(days=1),
    Guard.LATE_CANCELLATION: REQUEST_DAY,
    Guard.FREE_CANCELLATION: SESSION_START - timedelta(days=1),
    Guard.WITHDRAWAL_OPEN: REQUEST_DAY + timedelta(days=60),
    Guard.REVIEW_OPEN: REQUEST_DAY + timedelta(days=90),
}


def file_in(state, role, reused):
    """One file, put back into each state in turn: the table has hundreds of cells and one person is enough."""
    training_file = reused
    training_file.state = state
    training_file.state_since = training_file.committed_on = REQUEST_DAY
    training_file.due_on = REQUEST_DAY + timedelta(days=10)
    has_begun = state in {S.IN_TRAINING, S.LEFT, S.SERVICE_DECLARED, S.SERVICE_DONE, S.PAID}
    is_refused = state == S.REFUSED
    training_file.transmission = Transmission.REFUSED if is_refused else Transmission.PENDING
    training_file.refusal_code = "ag:SIRETInvalide" if is_refused else ""
    training_file.refusal_label = "SIRET refusé" if is_refused else ""
    training_file.entered_on = SESSION_START if has_begun else None
    training_file.left_on = SESSION_END if has_begun and state != S.IN_TRAINING else None
    training_file.exit_reason = ExitReason.COMPLETED if training_file.left_on else ""
    training_file.save()
    training_file.fundings.all().delete()
    training_file.fundings.create(
        funder=PAYERS.get(role, Funder.OPCO), payer_code="94", amount_cents=100, answer=PartAnswer.WAITING
    )
    return training_file


def filled(action):
    """What a step writes in the file, for those that the database asks it of."""

    def fill(training_file, rule):
        if action == A.DECLARE_ENTRY:
            training_file.entered_on = SESSION_START
        if rule.after == S.LEFT:
            training_file.left_on, training_file.exit_reason = SESSION_END, ExitReason.COMPLETED

    return fill


def outcome(training_file, action, role, day):
    """The state that the step leads to, or its refusal; nothing is kept."""
    sid = transaction.savepoint()
    try:
        return take_step(
            training_file_id=training_file.pk,
            action=action,
            party=Party(role, payer_codes=frozenset({"94"})),
            today=day,
            prepare=filled(action),
        ).state
    except RightsRefusal as refusal:
        return refusal
    finally:
        transaction.savepoint_rollback(sid)


def test_every_state_action_and_role_is_done_or_refused_as_the_table_says():
    assert {(*key,): rule.after for key, rule in TABLE.items()} == ROWS
    file, wrong, seen = TrainingFileFactory(), [], 0

    for state in S:
        file.state = state
        for role in R:
            for action in A:
                seen += 1
                if (state, action, role) in ROWS:
                    wrong += wrong_row(file, state, action, role)
                elif not says_why_and_what(refusal_of(file, action, role)):
                    wrong.append((state, action, role))

    assert not wrong
    assert seen == len(S) * len(A) * len(R)
    file_in(S.REQUESTED, R.HOLDER, file)


def refusal_of(training_file, action, role):
    """The refusal of a cell that the table lacks: what `take_step` asks first, before anything is written."""
    try:
        found_rule(training_file, action, role, today=REQUEST_DAY)
    except ActionNotAllowed as refusal:
        return refusal.message
    return ""


def wrong_row(file, state, action, role):
    """What is wrong with a row of the table: the state it leads to, or the refusal of its guard."""
    training_file, guard = file_in(state, role, file), TABLE[state, action, role].guard
    found = outcome(training_file, action, role, DAYS.get(guard, REQUEST_DAY))
    wrong = [] if found == ROWS[state, action, role] else [(state, action, role, found)]
    if guard in CLOSED_DAYS:
        closed = outcome(training_file, action, role, CLOSED_DAYS[guard])
        if not isinstance(closed, GuardRefused) or not says_why_and_what(closed.message):
            wrong.append((state, action, role, guard, closed))
    return wrong


def says_why_and_what(message):
    """Two sentences at least, in French: why, and what is possible."""
    possible = ("ous pouvez", "reste possible", "c’est à ", "choisissez", "annulez", "reste ouvert")
    return message.count(".") >= 2 - ("; " in message) - (": " in message) and any(
        words in message for words in possible
    )


def test_every_rule_names_a_dated_delay_or_none_and_every_turn_ends_somewhere():
    from rights.parameters import value_on

    names = {rule.delay for rule in RULES if rule.delay} | {name for _, name in TURNS.values() if name}

    assert all(value_on(name, REQUEST_DAY).number for name in names)
    assert {rule.state for rule in RULES} >= set(TURNS)


# The whole life, through its services -------------------------------------------------------------------------


@pytest.fixture
def counter():
    return CounterFactory(balance=5_000_00)


@pytest.fixture
def requested(counter):
    session = RequestableSessionFactory(place__commune=None)
    return request_training_file(key=uuid4(), holder=counter.holder, session=session, today=REQUEST_DAY)


def committed(training_file, charge=CHARGE, day=REQUEST_DAY):
    propose(training_file_id=training_file.pk, party=ORGANISATION, today=REQUEST_DAY)
    return commit(
        training_file_id=training_file.pk,
        holder=training_file.holder,
        today=day,
        expected_charge_cents=charge,
    )


def entered(training_file):
    return declare_entry(
        training_file=committed(training_file),
        entered_on=SESSION_START,
        origin="portal",
        today=SESSION_START,
        party=ORGANISATION,
    )


def left(training_file, reason, hours=None, left_on=SESSION_END):
    entered(training_file)
    return declare_exit(
        training_file_id=training_file.pk,
        party=ORGANISATION,
        today=SESSION_END,
        left_on=left_on,
        reason=reason,
        attended_minutes=hours and hours * 60,
    )


def service_done(training_file):
    for action, party in ((A.DECLARE_SERVICE, ORGANISATION), (A.VALIDATE_SERVICE, CDC)):
        simple_step(training_file_id=training_file.pk, action=action, party=party, today=SESSION_END)


def balances(counter):
    counter.refresh_from_db()
    return counter.balance, counter.reserved


def test_whole_life_uses_the_rights_once_the_service_is_done(counter, requested):
    left(requested, ExitReason.COMPLETED)
    assert balances(counter) == (3_603_20, 1_396_80)

    service_done(requested)

    requested.refresh_from_db()
    debit = Entry.objects.get(training_file=requested, kind=EntryKind.DEBIT)
    assert requested.state == S.SERVICE_DONE
    assert balances(counter) == (3_603_20, 0)
    assert (debit.amount, debit.source) == (-1_396_80, "Service fait validé par la Caisse des dépôts")
    assert not list(ledger_discrepancies())


def test_every_step_is_in_the_journal(requested):
    left(requested, ExitReason.COMPLETED)
    service_done(requested)

    told = list(JournalEvent.objects.order_by("id").values_list("kind", "payload__action"))

    assert told == [
        ("file_requested", None),
        ("state_changed", "propose"),
        ("state_changed", "commit"),
        ("entry_declared", "declare_entry"),
        ("state_changed", "declare_exit"),
        ("state_changed", "declare_service"),
        ("state_changed", "validate_service"),
    ]


@pytest.mark.parametrize(
    ("reason", "hours", "used"),
    [
        (ExitReason.ABANDONED, 14, 349_20),  # a tenth followed: a quarter is due
        (ExitReason.ABANDONED, 70, 698_40),
        (ExitReason.ABANDONED, 112, 1_396_80),  # four fifths followed: all is due
        (ExitReason.FORCE_MAJEURE, 14, 139_68),
        (ExitReason.FORCE_MAJEURE, 0, 0),
        (ExitReason.ORGANISATION, 35, 349_20),
    ],
)
def test_settlement_of_a_training_that_stopped_uses_the_share_due(counter, requested, reason, hours, used):
    left(requested, reason, hours=hours, left_on=SESSION_START + timedelta(days=10))

    service_done(requested)

    assert balances(counter) == (5_000_00 - used, 0)
    assert not list(ledger_discrepancies())


def test_cancellation_is_free_until_seven_working_days_before_then_costs_all(counter, requested):
    committed(requested)
    last_day = free_until(requested)
    assert last_day == date(2026, 4, 1)  # Easter Monday, 6 April, does not count

    simple_step(
        training_file_id=requested.pk, action=A.CANCEL_LATE, party=HOLDER, today=last_day + timedelta(days=1)
    )

    assert balances(counter) == (3_603_20, 0)
    assert not list(ledger_discrepancies())


def test_withdrawal_gives_everything_back_until_its_last_day(counter, requested):
    committed(requested)
    requested.refresh_from_db()
    assert withdrawal_until(requested) == date(2026, 3, 20)

    simple_step(
        training_file_id=requested.pk, action=A.WITHDRAW, party=HOLDER, today=withdrawal_until(requested)
    )

    assert balances(counter) == (5_000_00, 0)


def test_absence_at_the_entry_recognised_as_force_majeure_is_given_back(counter, requested):
    committed(requested)
    simple_step(
        training_file_id=requested.pk, action=A.DECLARE_NO_SHOW, party=ORGANISATION, today=SESSION_START
    )
    assert balances(counter) == (3_603_20, 0)

    recognise_force_majeure(
        training_file_id=requested.pk, party=CDC, today=SESSION_START, reason="Hospitalisation prouvée"
    )

    assert balances(counter) == (5_000_00, 0)
    assert not list(ledger_discrepancies())


def test_each_payer_answers_for_its_part_and_the_last_makes_the_enrolment_firm(counter):
    session = RequestableSessionFactory(action__price_cents=7_000_00)
    requested = request_training_file(key=uuid4(), holder=counter.holder, session=session, today=REQUEST_DAY)
    propose(training_file_id=requested.pk, party=ORGANISATION, today=REQUEST_DAY)
    for funder, code, amount in ((Funder.REGION, "94", 600_00), (Funder.OPCO, "op", 900_00)):
        ask_top_up(
            training_file_id=requested.pk,
            funder=funder,
            payer_code=code,
            amount_cents=amount,
            today=REQUEST_DAY,
        )
    fund = Party(R.FUNDER, payer_codes=frozenset({"op"}))
    commit(
        training_file_id=requested.pk,
        holder=counter.holder,
        today=REQUEST_DAY,
        expected_charge_cents=500_00,
    )

    first = answer_part(training_file_id=requested.pk, party=REGION, agreed=True, today=REQUEST_DAY)
    last = answer_part(training_file_id=requested.pk, party=fund, agreed=True, today=REQUEST_DAY)

    assert (first.state, last.state) == (S.WAITING_FUNDERS, S.ACCEPTED)
    assert sum(part.amount_cents for part in last.fundings.all()) == 7_000_00


def test_refused_part_sends_the_proposal_back_with_a_new_remaining_charge(counter):
    session = RequestableSessionFactory(action__price_cents=7_000_00)
    requested = request_training_file(key=uuid4(), holder=counter.holder, session=session, today=REQUEST_DAY)
    propose(training_file_id=requested.pk, party=ORGANISATION, today=REQUEST_DAY)
    ask_top_up(
        training_file_id=requested.pk,
        funder=Funder.REGION,
        payer_code="94",
        amount_cents=600_00,
        today=REQUEST_DAY,
    )
    commit(
        training_file_id=requested.pk,
        holder=counter.holder,
        today=REQUEST_DAY,
        expected_charge_cents=1_400_00,
    )
    with pytest.raises(ReasonMissing):
        answer_part(training_file_id=requested.pk, party=REGION, agreed=False, today=REQUEST_DAY)

    back = answer_part(
        training_file_id=requested.pk, party=REGION, agreed=False, today=REQUEST_DAY, reason="Budget épuisé"
    )

    assert back.state == S.PROPOSED
    assert back.fundings.get(funder=Funder.HOLDER).amount_cents == 2_000_00


def test_commitment_to_another_remaining_charge_than_the_one_read_changes_nothing(counter, requested):
    with pytest.raises(PlanChanged):
        committed(requested, charge=CHARGE + 1)

    requested.refresh_from_db()
    assert requested.state == S.PROPOSED
    assert balances(counter) == (3_603_20, 1_396_80)


def test_new_price_in_the_proposal_is_set_aside_anew_at_the_commitment(counter, requested):
    propose(training_file_id=requested.pk, party=ORGANISATION, today=REQUEST_DAY, price_cents=1_000_00)

    commit(
        training_file_id=requested.pk,
        holder=counter.holder,
        today=REQUEST_DAY,
        expected_charge_cents=CHARGE,
    )

    assert balances(counter) == (4_103_20, 896_80)
    assert not list(ledger_discrepancies())


# Deadlines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("with_prerequisites", "due_on"), [(False, date(2026, 3, 4)), (True, date(2026, 4, 14))]
)
def test_organisation_has_two_working_days_to_answer_or_thirty(counter, with_prerequisites, due_on):
    session = RequestableSessionFactory(action__conditions="Niveau CAP" if with_prerequisites else "")

    requested = request_training_file(key=uuid4(), holder=counter.holder, session=session, today=REQUEST_DAY)

    assert requested.due_on == due_on


def test_deadlines_close_what_nobody_answered_and_give_back_once(counter, requested):
    assert expire_overdue(today=date(2026, 3, 4)) == 0

    closed = [expire_overdue(today=date(2026, 3, 5)) for _ in range(2)]

    requested.refresh_from_db()
    assert closed == [1, 0]
    assert requested.state == S.EXPIRED
    assert balances(counter) == (5_000_00, 0)


def test_proposal_left_without_answer_four_working_days_is_closed(counter, requested):
    proposed = propose(training_file_id=requested.pk, party=ORGANISATION, today=REQUEST_DAY)
    assert proposed.due_on == date(2026, 3, 6)

    expire_overdue(today=date(2026, 3, 7))

    requested.refresh_from_db()
    assert requested.state == S.EXPIRED


# The database decides --------------------------------------------------------------------------------------------


def test_state_without_its_history_is_refused_by_the_database(requested):
    def change_behind_the_history():
        with transaction.atomic(), connection.cursor() as cursor:
            TrainingFile.objects.filter(pk=requested.pk).update(state=S.EXPIRED)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="is not that of its history"):
        change_behind_the_history()


def test_step_that_the_table_lacks_is_refused_by_the_database(requested):
    with pytest.raises(IntegrityError, match="rights_transition_is_in_the_table"), transaction.atomic():
        TrainingFileTransition.objects.create(
            training_file=requested,
            action=A.PAY,
            from_state=S.REQUESTED,
            to_state=S.PAID,
            origin="portal",
            role=R.CDC,
            actor=UserFactory(),
        )
