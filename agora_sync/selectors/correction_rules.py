"""The rules of correction that a user may read and decide on, and what each did."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from accounts.enums import StaffRole
from accounts.models import User
from accounts.permissions import is_cdc
from accounts.selectors.staff import scope_codes
from agora_sync.enums import CorrectionOutcome
from agora_sync.models import Correction, CorrectionBatch, CorrectionRule


def rules_for(user: User) -> QuerySet[CorrectionRule]:
    """The rules of the user's regions; all of them for the Caisse des dépôts."""
    rules = CorrectionRule.objects.select_related("proposed_by", "decided_by", "switched_off_by")
    if is_cdc(user):
        return rules
    return rules.filter(region_code__in=scope_codes(user, StaffRole.REGIONAL_AGENT))


def counted_rules(user: User) -> QuerySet[CorrectionRule]:
    """The same with `used`: how many exchanges each corrected. The last proposed first. One query."""
    sent = Count("batches__corrections", filter=Q(batches__corrections__outcome=CorrectionOutcome.SENT))
    return rules_for(user).annotate(used=sent).order_by("-proposed_at", "-pk")


def effects_of(rule: CorrectionRule) -> QuerySet[Correction]:
    """Every correction that the rule prepared, the last first."""
    found = Correction.objects.filter(batch__rule=rule).select_related(
        "exchange__training_file", "batch__sent_by"
    )
    return found.order_by("-pk")


def proposed_batches(user: User) -> QuerySet[CorrectionBatch]:
    """What rules prepared and nobody has confirmed or given up."""
    waiting = CorrectionBatch.objects.filter(
        rule__in=rules_for(user), sending_at__isnull=True, undone_at__isnull=True
    )
    return waiting.annotate(lines=Count("corrections")).select_related("rule").order_by("made_at")
