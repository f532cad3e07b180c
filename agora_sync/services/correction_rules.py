"""Rules of correction: approved by a second person, applied to later refusals, switched off."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import User
from accounts.permissions import is_cdc
from accounts.selectors.staff import scope_codes
from agora_sync.enums import CorrectionRuleState
from agora_sync.exceptions import HandlingRefused
from agora_sync.mapping.reject_sheet import MOST_LINES
from agora_sync.models import Correction, CorrectionBatch, CorrectionRule, Exchange
from agora_sync.selectors.correction_rules import rules_for
from agora_sync.selectors.rejects import refused_among
from agora_sync.services.correction_sending import SEND_TASK, begin_sending
from cpa_portal.kernel.tasks import wake_after_commit

OWN = "Une règle est approuvée par une autre personne que celle qui a fait la dernière correction comptée."
DECIDED = "Cette règle a déjà été approuvée, écartée ou arrêtée."


def approve_rule(*, user: User, rule_id: int, sends_by_itself: bool) -> CorrectionRule:
    """Switch a proposed rule on, as a second person. Raises HandlingRefused."""
    with transaction.atomic():
        rule = _locked(user, rule_id, CorrectionRuleState.PROPOSED)
        if rule.proposed_by == user:
            raise HandlingRefused(OWN)
        rule.sends_by_itself = sends_by_itself
        _decide(rule, user, CorrectionRuleState.ON)
    return rule


def refuse_rule(*, user: User, rule_id: int) -> CorrectionRule:
    """Decide, as a second person, that it makes no rule. Raises HandlingRefused."""
    with transaction.atomic():
        rule = _locked(user, rule_id, CorrectionRuleState.PROPOSED)
        if rule.proposed_by == user:
            raise HandlingRefused(OWN)
        _decide(rule, user, CorrectionRuleState.REFUSED)
    return rule


def _decide(rule: CorrectionRule, user: User, state: CorrectionRuleState) -> None:
    rule.state, rule.decided_by, rule.decided_at = state, user, timezone.now()
    rule.save()


def switch_off_rule(*, user: User, rule_id: int, why: str) -> CorrectionRule:
    """It proposes nothing any more, and what it proposed is given up; what it corrected stays listed. Raises
    HandlingRefused.
    """
    with transaction.atomic():
        rule = _locked(user, rule_id, CorrectionRuleState.ON)
        rule.state, rule.switched_off_why = CorrectionRuleState.OFF, why.strip()
        rule.switched_off_by, rule.switched_off_at = user, timezone.now()
        rule.save()
        rule.batches.filter(sending_at__isnull=True, undone_at__isnull=True).update(undone_at=timezone.now())
    return rule


def _locked(user: User, rule_id: int, state: CorrectionRuleState) -> CorrectionRule:
    rule = rules_for(user).filter(pk=rule_id, state=state).select_for_update(of=("self",)).first()
    if rule is None:
        raise HandlingRefused(DECIDED)
    return rule


def apply_rules() -> int:
    """Propose, rule by rule, what each corrects among the refusals that it has not seen. Returns how many batches."""
    on = CorrectionRule.objects.filter(state=CorrectionRuleState.ON).order_by("pk")
    return sum(_applied(pk) for pk in list(on.values_list("pk", flat=True)))


@transaction.atomic
def _applied(rule_id: int) -> bool:
    """One batch at a time: the next refusals wait until somebody confirmed or gave up the one that is open."""
    on = CorrectionRule.objects.filter(pk=rule_id, state=CorrectionRuleState.ON)
    rule = on.select_for_update(skip_locked=True, of=("self",)).select_related("decided_by").first()
    if rule is None or rule.batches.filter(sending_at__isnull=True, undone_at__isnull=True).exists():
        return False
    assert rule.decided_by is not None
    seen = Correction.objects.filter(batch__rule=rule, exchange=OuterRef("pk"))
    exchanges = Exchange.objects.filter(
        ~Exists(seen), region_code=rule.region_code, **{f"training_file__{rule.field}": rule.before}
    )
    found = list(refused_among(exchanges, rule.fault_code)[:MOST_LINES])
    if not found:
        return False
    batch = CorrectionBatch.objects.create(made_by=rule.decided_by, rule=rule)
    Correction.objects.bulk_create(
        Correction(
            batch=batch, exchange=row, cause=row.fault_code, changes={rule.field: [rule.before, rule.after]}
        )
        for row in found
    )
    if rule.sends_by_itself and _still_follows(rule.decided_by, rule.region_code):
        begin_sending(batch, rule.decided_by)
        wake_after_commit(SEND_TASK)
    return True


def _still_follows(user: User, region_code: str) -> bool:
    """Whoever approved answers for what leaves: gone, the rule goes on proposing, and sends nothing by itself."""
    return is_cdc(user) or region_code in scope_codes(user, StaffRole.REGIONAL_AGENT)
