from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.enums import Sex, SituationSource
from accounts.exceptions import NIRAlreadyHeld, SituationOverlaps
from accounts.models import Holder, HolderNIR, Situation
from cpa_portal.kernel.database.rows import first_row
from cpa_portal.kernel.encryption import keyed_hash, keyed_hashes
from cpa_portal.kernel.identifiers import normalise_nir

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import SituationKind, User


_HAS_NIR = "id IN (SELECT holder_id FROM accounts_holdernir WHERE nir_hash = ANY(%s))"


def find_holder_by_nir(nir: str) -> Holder | None:
    """The person who holds or held this number, None when nobody does or when the number is malformed.

    One indexed query whatever the number of people, under every key in service: a number stored before a key
    rotation is found as well.
    """
    try:
        canonical = normalise_nir(nir)
    except ValueError:
        return None
    return first_row(Holder, _HAS_NIR, [keyed_hashes(canonical)])


@transaction.atomic
def create_holder(
    *,
    birth_name: str,
    first_names: str,
    nir: str = "",
    since: date | None = None,
    user: User | None = None,
    sex: str = Sex.UNKNOWN,
    **civil_status: Any,
) -> Holder:
    """Open the account of a person. `since`: the first day of the NIR, needed with it.

    Raises ValueError for a malformed NIR, NIRAlreadyHeld when another person holds it.
    """
    if nir and since is None:
        raise ValueError("a NIR comes with the day since which it holds")
    holder = Holder.objects.create(
        birth_name=birth_name, first_names=first_names, sex=sex, user=user, **civil_status
    )
    if nir and since is not None:
        record_nir(holder=holder, nir=nir, since=since)
    return holder


@transaction.atomic
def record_nir(*, holder: Holder, nir: str, since: date) -> HolderNIR:
    """Give the person a number; the former one, temporary or changed, ends the day before and stays
    searchable.

    Recording the number already in force changes nothing. Raises ValueError when malformed, NIRAlreadyHeld
    when it is another person's.
    """
    canonical = normalise_nir(nir)
    _hold_number(canonical)
    known = HolderNIR.objects.filter(nir_hash__in=keyed_hashes(canonical)).first()
    if known is not None and known.holder_id != holder.pk:
        raise NIRAlreadyHeld
    if known is not None and known.until is None:
        return known
    if known is not None:
        raise NIRAlreadyHeld("Ce numéro a déjà été remplacé sur ce compte.")
    _end_current_number(holder, since)
    return HolderNIR.objects.create(holder=holder, nir=canonical, nir_hash=keyed_hash(canonical), since=since)


def mark_diploma_asked(*, holder: Holder) -> None:
    """Remember that the question was shown, so that it comes by itself once. Only the first time counts."""
    Holder.objects.filter(pk=holder.pk, diploma_asked_at__isnull=True).update(diploma_asked_at=timezone.now())


def record_situation(
    *,
    holder: Holder,
    kind: SituationKind,
    starts_on: date,
    ends_on: date | None = None,
    source: str = SituationSource.DECLARED,
    source_detail: str = "",
    details: dict[str, Any] | None = None,
) -> Situation:
    """Write what a person was between two days included. Raises SituationOverlaps for the same kind twice."""
    wanted = Situation(
        holder=holder,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        source=source,
        source_detail=source_detail,
        details=details or {},
    )
    # The exclusion constraint decides: of two concurrent declarations, one is ignored and has no key.
    with transaction.atomic():
        Situation.objects.bulk_create([wanted], ignore_conflicts=True)
        stored = Situation.objects.filter(
            holder=holder, kind=kind, starts_on=starts_on, ends_on=ends_on
        ).first()
    if stored is None or not _says_the_same(stored, wanted):
        raise SituationOverlaps
    return stored


def _says_the_same(stored: Situation, wanted: Situation) -> bool:
    return (stored.source, stored.source_detail, stored.details) == (
        wanted.source,
        wanted.source_detail,
        wanted.details,
    )


def _end_current_number(holder: Holder, since: date) -> None:
    current = HolderNIR.objects.filter(holder=holder, until__isnull=True).select_for_update().first()
    if current is not None:
        # A number replaced on its first day keeps that day: an empty period would be refused.
        current.until = max(current.since, since - timedelta(days=1))
        current.save(update_fields=["until"])


def _hold_number(canonical: str) -> None:
    """Let one transaction at a time record a given number.

    While keys rotate, the same number has several hashes, which the unique constraint cannot compare. The
    lock's name is taken from the oldest key, the one that every process knows during the rotation.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [keyed_hashes(canonical)[-1]])
