"""What leaves when its time has come, one sweep by class of data; `apply_retention` runs them.

The durations are those of `personal_data.RETENTION_RULES`, which the person reads. Tables that only grow are not here:
their months are detached by the owner of the database (docs/operations.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.enums import DataRequestState, LetterState, NotificationState
from accounts.models import (
    ActivationAttempt,
    ActivationCode,
    AfterDeathInstruction,
    DataRequest,
    Holder,
    HolderNIR,
    Invitation,
    Notification,
    PostalLetter,
    ProofCode,
    Situation,
)
from accounts.selectors.data_requests import restrictions_holding

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

ONE_YEAR, THREE_YEARS = relativedelta(years=1), relativedelta(years=3)
GONE = "(effacé)"


@dataclass(frozen=True, slots=True)
class Sweep:
    """`due`: the rows whose time is over on that day. `apply`: makes them go and returns how many went."""

    code: str
    data_class: str
    kept: str
    due: Callable[[date], QuerySet[Any]]
    apply: Callable[[QuerySet[Any]], int]


def delete_rows(rows: QuerySet[Any]) -> int:
    return int(rows.delete()[0])


@transaction.atomic
def forget_people(rows: QuerySet[Holder]) -> int:
    """What names the person goes. Entries of the ledger stay: they are accounts, and name nobody any more."""
    keys = list(rows.values_list("pk", flat=True))
    for model in (HolderNIR, Situation, AfterDeathInstruction, DataRequest, PostalLetter, ProofCode):
        model.objects.filter(holder__in=keys).delete()
    return Holder.objects.filter(pk__in=keys).update(
        birth_name=GONE,
        usual_name="",
        first_names="",
        birth_date=None,
        partial_birth_date="",
        birth_commune_code="",
        birth_country_code="",
        email="",
        phone="",
        phone_verified_on=None,
        postal_address="",
        postal_verified_on=None,
        home_commune_code="",
        work_commune_code="",
        user=None,
    )


def people_dead_for_three_years(today: date) -> QuerySet[Holder]:
    """Without those whose data may not be erased yet: a request under way, or a restriction that still holds."""
    open_requests = DataRequest.objects.filter(holder=OuterRef("pk"), state=DataRequestState.RECEIVED)
    restricted = restrictions_holding(timezone.now()).filter(holder=OuterRef("pk"))
    return Holder.objects.filter(
        ~Exists(restricted), ~Exists(open_requests), deceased_on__lt=today - THREE_YEARS
    ).exclude(birth_name=GONE)


RETENTION_SWEEPS = (
    Sweep(
        "messages",
        "Messages envoyés",
        "Un an",
        lambda today: Notification.objects.filter(created_at__date__lt=today - ONE_YEAR).exclude(
            state=NotificationState.WAITING
        ),
        delete_rows,
    ),
    Sweep(
        "courriers",
        "Courriers envoyés",
        "Un an",
        lambda today: PostalLetter.objects.filter(
            created_at__date__lt=today - ONE_YEAR, state=LetterState.PRINTED
        ),
        delete_rows,
    ),
    Sweep(
        "codes",
        "Codes envoyés par la poste pour ouvrir le compte",
        "Un an",
        lambda today: ActivationCode.objects.filter(created_at__date__lt=today - ONE_YEAR),
        delete_rows,
    ),
    Sweep(
        "essais",
        "Essais d’ouverture d’un compte",
        "Un an",
        lambda today: ActivationAttempt.objects.filter(at__date__lt=today - ONE_YEAR),
        delete_rows,
    ),
    Sweep(
        "invitations",
        "Invitations d’agents, acceptées ou non",
        "Un an",
        lambda today: Invitation.objects.filter(expires_at__date__lt=today - ONE_YEAR),
        delete_rows,
    ),
    Sweep(
        "personnes-decedees",
        "Identité, coordonnées, numéros et situations",
        "Trois ans après le décès",
        people_dead_for_three_years,
        forget_people,
    ),
)
