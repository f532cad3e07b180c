"""A correction repeated becomes a rule: counted, approved by another person, applied, switched off."""

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import StaffScope, User
from agora_sync.enums import CorrectionOutcome, CorrectionRuleState
from agora_sync.models import CorrectionBatch, CorrectionRule, Exchange
from agora_sync.services.correction_rules import apply_rules
from agora_sync.services.correction_sending import send_corrections, work_on_batches
from agora_sync.services.corrections import prepare_corrections
from rights.models import TrainingFile
from tests.support.agora_rejects import BRITTANY, CAUSE, RIGHT, WRONG, agent_of, refused

pytestmark = pytest.mark.django_db

QUERIES_OF_THE_LIST = 6


@pytest.fixture(autouse=True)
def two_make_a_rule(settings: LazySettings) -> None:
    settings.AGORA_RULE_AFTER_CORRECTIONS = 2


def corrected(user: User, *exchanges: Exchange) -> CorrectionBatch:
    wanted = [(row, {"organisation_siret": [WRONG, RIGHT]}) for row in exchanges]
    return send_corrections(batch_id=prepare_corrections(user=user, wanted=wanted).pk, user=user)


def rule(agent: User, **fields: object) -> CorrectionRule:
    """A rule switched on by the agent, that a colleague's corrections proposed."""
    given = {
        "region_code": "94",
        "fault_code": CAUSE,
        "field": "organisation_siret",
        "before": WRONG,
        "after": RIGHT,
        "seen": 5,
        "proposed_by": agent_of(),
        "state": CorrectionRuleState.ON,
        "decided_by": agent,
        "decided_at": timezone.now(),
    }
    return CorrectionRule.objects.create(**{**given, **fields})


def siret_of(exchange: Exchange) -> str:
    return TrainingFile.objects.get(pk=exchange.training_file_id).organisation_siret


def lines_of(exchange: Exchange) -> list[str]:
    return list(exchange.corrections.order_by("pk").values_list("outcome", flat=True))


# Proposed by counting -------------------------------------------------------------------------------
def test_correction_made_often_enough_is_proposed_in_the_name_of_the_last(agent: User) -> None:
    first = agent_of()
    corrected(first, refused())
    before = CorrectionRule.objects.count()

    corrected(agent, refused())

    proposed = CorrectionRule.objects.get()
    assert before == 0
    assert (proposed.region_code, proposed.fault_code, proposed.field) == ("94", CAUSE, "organisation_siret")
    assert (proposed.before, proposed.after, proposed.seen) == (WRONG, RIGHT, 2)
    assert (proposed.state, proposed.proposed_by) == (CorrectionRuleState.PROPOSED, agent)


def test_corrections_of_another_region_or_cause_do_not_add_up(agent: User) -> None:
    corrected(agent_of(BRITTANY), refused(BRITTANY))
    corrected(agent, refused(fault_code="ag:OrganismeInconnu"))

    corrected(agent, refused())

    assert not CorrectionRule.objects.exists()


def test_value_that_was_empty_makes_no_rule(agent: User) -> None:
    exchanges = [refused(), refused()]
    TrainingFile.objects.update(place="")
    wanted = [(row, {"place": ["", "Corte"]}) for row in exchanges]

    send_corrections(batch_id=prepare_corrections(user=agent, wanted=wanted).pk, user=agent)

    assert {line for row in exchanges for line in lines_of(row)} == {CorrectionOutcome.SENT}
    assert not CorrectionRule.objects.exists()


def test_rule_that_was_refused_is_not_proposed_again(client: Client, agent: User) -> None:
    corrected(agent_of(), refused(), refused())
    client.post(f"/agents/regles/{CorrectionRule.objects.get().pk}/ecarter/")

    corrected(agent, refused())

    assert [row.state for row in CorrectionRule.objects.all()] == [CorrectionRuleState.REFUSED]


# Approved by another person -------------------------------------------------------------------------
def test_second_person_approves_and_the_rule_says_who(client: Client, agent: User) -> None:
    corrected(agent_of(), refused(), refused())
    proposed = CorrectionRule.objects.get()

    client.post(f"/agents/regles/{proposed.pk}/approuver/")

    proposed.refresh_from_db()
    assert (proposed.state, proposed.decided_by) == (CorrectionRuleState.ON, agent)
    assert not proposed.sends_by_itself
    assert str(agent) in client.get(f"/agents/regles/{proposed.pk}/").content.decode()


def test_who_proposed_does_not_approve(client: Client, agent: User) -> None:
    corrected(agent, refused(), refused())
    proposed = CorrectionRule.objects.get()

    page = client.post(f"/agents/regles/{proposed.pk}/approuver/", follow=True).content.decode()

    proposed.refresh_from_db()
    assert proposed.state == CorrectionRuleState.PROPOSED
    assert "une autre personne" in page
    assert "Approuver la règle" not in page


def test_rule_of_another_region_is_not_there(client: Client, agent: User) -> None:
    theirs = rule(agent_of(BRITTANY), region_code=BRITTANY, state=CorrectionRuleState.ON)

    assert client.get(f"/agents/regles/{theirs.pk}/").status_code == 404
    assert client.post(f"/agents/regles/{theirs.pk}/arreter/", {"pourquoi": "x"}).status_code == 404
    assert "Aucune règle" in client.get("/agents/regles/").content.decode()


# Applied --------------------------------------------------------------------------------------------
def test_rule_prepares_the_refusals_it_knows_and_sends_none_without_confirmation(
    client: Client, agent: User
) -> None:
    rule(agent)
    known, other, foreign = refused(), refused(fault_code="ag:NIRInvalide"), refused(BRITTANY)

    apply_rules()
    work_on_batches()

    batch = CorrectionBatch.objects.get()
    assert [line.exchange for line in batch.corrections.all()] == [known]
    assert (siret_of(known), siret_of(other), siret_of(foreign)) == (WRONG, WRONG, WRONG)
    assert "1 échange à confirmer" in client.get("/agents/regles/").content.decode()


def test_colleague_of_the_region_confirms_what_a_rule_prepared(client: Client, agent: User) -> None:
    made = rule(agent_of())
    exchange = refused()
    apply_rules()
    batch = CorrectionBatch.objects.get()

    client.post(f"/agents/corrections/{batch.pk}/envoyer/")

    batch.refresh_from_db()
    assert batch.sent_by == agent
    assert siret_of(exchange) == RIGHT
    page = client.get(f"/agents/regles/{made.pk}/").content.decode()
    assert "1 fois" in page
    assert str(exchange.pk) in page


def test_batch_of_a_rule_of_another_region_is_not_there(client: Client, agent: User) -> None:
    rule(agent_of(BRITTANY), region_code=BRITTANY)
    refused(BRITTANY)
    apply_rules()

    answer = client.post(f"/agents/corrections/{CorrectionBatch.objects.get().pk}/envoyer/")

    assert answer.status_code == 404


def test_rule_that_says_so_sends_by_itself_in_the_name_of_who_approved(agent: User) -> None:
    rule(agent, sends_by_itself=True)
    exchange = refused()

    apply_rules()
    work_on_batches()

    assert CorrectionBatch.objects.get().sent_by == agent
    assert siret_of(exchange) == RIGHT


def test_rule_whose_approver_left_sends_nothing_by_itself(agent: User) -> None:
    rule(agent, sends_by_itself=True)
    exchange = refused()
    StaffScope.objects.filter(user=agent).delete()

    apply_rules()
    work_on_batches()

    assert CorrectionBatch.objects.get().is_open
    assert siret_of(exchange) == WRONG


def test_rule_applied_again_proposes_nothing_twice(client: Client, agent: User) -> None:
    rule(agent)
    exchange = refused()
    apply_rules()
    waiting = apply_rules()
    client.post(f"/agents/corrections/{CorrectionBatch.objects.get().pk}/abandonner/")

    again = apply_rules()

    assert (waiting, again) == (0, 0)
    assert lines_of(exchange) == [CorrectionOutcome.PREPARED]


def test_what_a_rule_corrected_does_not_count_for_another_one(agent: User) -> None:
    rule(agent, sends_by_itself=True)
    for _ in range(2):
        refused()
    apply_rules()
    work_on_batches()

    CorrectionRule.objects.all().update(
        state=CorrectionRuleState.OFF, switched_off_by=agent, switched_off_at=timezone.now()
    )
    corrected(agent, refused())

    assert CorrectionRule.objects.count() == 1


# Switched off ---------------------------------------------------------------------------------------
def test_rule_switched_off_gives_up_what_it_prepared_and_lists_what_it_did(
    client: Client, agent: User
) -> None:
    made = rule(agent)
    first = refused()
    apply_rules()
    client.post(f"/agents/corrections/{CorrectionBatch.objects.get().pk}/envoyer/")
    second = refused()
    apply_rules()

    client.post(f"/agents/regles/{made.pk}/arreter/", {"pourquoi": "L’organisme a changé."})

    made.refresh_from_db()
    page = client.get(f"/agents/regles/{made.pk}/").content.decode()
    assert (made.state, made.switched_off_by) == (CorrectionRuleState.OFF, agent)
    assert apply_rules() == 0
    assert (siret_of(first), siret_of(second)) == (RIGHT, WRONG)
    assert not CorrectionBatch.objects.filter(undone_at__isnull=True, sending_at__isnull=True).exists()
    assert "L’organisme a changé." in page
    assert "Abandonné" in page


def test_rule_is_not_switched_off_without_a_reason(client: Client, agent: User) -> None:
    made = rule(agent)

    client.post(f"/agents/regles/{made.pk}/arreter/", {"pourquoi": ""})

    made.refresh_from_db()
    assert made.state == CorrectionRuleState.ON


# Cost, and what the database holds ------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_queries_whatever_the_rows(client: Client, agent: User, rows: int) -> None:
    for rank in range(rows):
        rule(agent, fault_code=f"ag:Code{rank}")
    client.get("/agents/regles/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/agents/regles/")

    assert len(queries) == QUERIES_OF_THE_LIST, [query["sql"] for query in queries]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "eaten"},
        {"decided_by": None, "decided_at": None},
        {"state": CorrectionRuleState.PROPOSED},
        {"state": CorrectionRuleState.OFF},
    ],
    ids=["unknown state", "on by nobody", "proposed and decided", "off by nobody"],
)
def test_rule_that_is_not_whole_is_refused_by_the_database(agent: User, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(agent, **fields)


def test_rule_decided_by_who_proposed_it_is_refused_by_the_database(agent: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(agent, proposed_by=agent)


def test_two_answers_to_one_error_are_refused_by_the_database(agent: User) -> None:
    rule(agent)

    with pytest.raises(IntegrityError), transaction.atomic():
        rule(agent, after="73282932000074")


def test_two_open_batches_of_one_rule_are_refused_by_the_database(agent: User) -> None:
    made = rule(agent)
    CorrectionBatch.objects.create(made_by=agent, rule=made)

    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionBatch.objects.create(made_by=agent, rule=made)
