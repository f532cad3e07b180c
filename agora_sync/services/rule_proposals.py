"""Corrections counted: what a batch repeated often enough is proposed as a rule."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from agora_sync.models import CorrectionBatch, CorrectionRule

# Older corrections say little of what organisations write today.
COUNTED_FOR = timedelta(days=365)
# What every correction of a batch does, by region, cause, field and values, and how many files of the year knew the
# same. An empty value is no error that one answer mends: it says nothing of whose file it is.
_REPEATED = """
    WITH done AS (
        SELECT exchange.region_code, correction.cause, change.key AS field, change.value -> 0 AS before,
               change.value -> 1 AS after, exchange.training_file_id, correction.batch_id
        FROM agora_sync_correction correction
        JOIN agora_sync_correctionbatch batch ON batch.id = correction.batch_id
        JOIN agora_sync_exchange exchange ON exchange.id = correction.exchange_id
        CROSS JOIN LATERAL jsonb_each(correction.changes) change
        WHERE correction.outcome = 'sent' AND correction.cause <> '' AND batch.rule_id IS NULL
          AND batch.sending_at >= %s AND change.value -> 0 NOT IN ('""'::jsonb, '0'::jsonb)
    )
    SELECT region_code, cause, field, before, after, count(DISTINCT training_file_id)
    FROM done
    GROUP BY region_code, cause, field, before, after
    HAVING count(DISTINCT training_file_id) >= %s AND bool_or(batch_id = %s)
"""


def propose_rules(*, batch: CorrectionBatch) -> int:
    """Propose what the batch's corrections have repeated often enough, in the name of who sent it.

    What was refused or switched off once is not proposed again. Returns how many were proposed.
    """
    if batch.rule_id is not None or batch.sent_by is None:
        return 0
    with connection.cursor() as cursor:
        since = timezone.now() - COUNTED_FOR
        cursor.execute(_REPEATED, [since, settings.AGORA_RULE_AFTER_CORRECTIONS, batch.pk])
        rows = cursor.fetchall()
    wanted = [_rule(row, batch.sent_by) for row in rows]
    new = [rule for rule in wanted if not _is_known(rule)]
    CorrectionRule.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _rule(row: tuple[Any, ...], user: User) -> CorrectionRule:
    region_code, cause, field, before, after, seen = row
    return CorrectionRule(
        region_code=region_code,
        fault_code=cause,
        field=field,
        before=json.loads(before),
        after=json.loads(after),
        seen=seen,
        proposed_by=user,
    )


def _is_known(rule: CorrectionRule) -> bool:
    same = CorrectionRule.objects.filter(
        region_code=rule.region_code, fault_code=rule.fault_code, field=rule.field, before=rule.before
    )
    return same.filter(after=rule.after).exists()
