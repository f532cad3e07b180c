"""A case of fraud or audit: opened, validated by another person, closed. The database decides with us."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import is_rssi
from agora_sync.enums import CaseKind
from agora_sync.exceptions import CaseRefused
from agora_sync.models import Partner, TraceCase, TraceCaseKey
from agora_sync.permissions import can_follow_cases


@transaction.atomic
def open_case(
    *,
    user: User,
    reference: str,
    kind: CaseKind,
    reason: str,
    requester: str,
    designation: str,
    requested_on: date,
    keys: Collection[str],
    partner: Partner | None = None,
) -> TraceCase:
    """Write a case and what it covers. It opens nothing before an RSSI, another person, validated it.

    `keys`: identifiers of vectors or keys of traces. Raises CaseRefused.
    """
    _require(can_follow_cases(user), "Vous n’êtes pas habilité à ouvrir une affaire.")
    _require(bool(keys), "Donnez au moins un identifiant de vecteur ou de trace.")
    case = TraceCase(
        reference=reference,
        kind=kind,
        reason=reason,
        partner=partner,
        requester=requester,
        designation=designation,
        requested_on=requested_on,
        opened_by=user,
    )
    _insert(case)
    TraceCaseKey.objects.bulk_create(TraceCaseKey(case=case, value=value) for value in dict.fromkeys(keys))
    return case


def _insert(case: TraceCase) -> None:
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        # Two people may write the same one together: the constraint decides.
        is_taken = TraceCase.objects.filter(reference=case.reference).exists()
        _require(not is_taken, "Une affaire porte déjà cette référence.")
        raise


@transaction.atomic
def validate_case(*, user: User, case: TraceCase) -> None:
    """From now on the traces of the case may be opened. Raises CaseRefused."""
    _require(is_rssi(user), "Seul le responsable de la sécurité valide une affaire.")
    held = _held(case)
    _require(held.closed_at is None, "Cette affaire est close.")
    _require(held.validated_at is None, "Cette affaire est déjà validée.")
    _require(held.opened_by_id != user.pk, "Vous avez ouvert cette affaire : une autre personne la valide.")
    held.validated_by, held.validated_at = user, timezone.now()
    held.save(update_fields=["validated_by", "validated_at"])


@transaction.atomic
def close_case(*, user: User, case: TraceCase) -> None:
    """Nothing is opened under the case any more. Raises CaseRefused."""
    _require(is_rssi(user), "Seul le responsable de la sécurité clôt une affaire.")
    held = _held(case)
    _require(held.closed_at is None, "Cette affaire est déjà close.")
    held.closed_by, held.closed_at = user, timezone.now()
    held.save(update_fields=["closed_by", "closed_at"])


def _held(case: TraceCase) -> TraceCase:
    return TraceCase.objects.select_for_update(of=("self",)).get(pk=case.pk)


def _require(condition: bool, refusal: str) -> None:
    if not condition:
        raise CaseRefused(refusal)
