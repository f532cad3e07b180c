"""How a person is reached, what is known of each way, and what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.enums import ContactKind
from accounts.models import ContactChange
from accounts.rules.contact_points import ANSWERED_WITHIN

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Holder


def address_of(holder: Holder) -> str:
    """Where to write to the person: the address they gave for that, else the one they sign in with; may be ''."""
    if holder.email or holder.user is None:
        return holder.email
    return holder.user.email


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """`verified_on`: the day of the check. `is_verified` without a day: checked at sign-up, no day was kept."""

    kind: ContactKind
    value: str
    is_verified: bool
    verified_on: date | None
    waiting: ContactChange | None

    @property
    def state(self) -> str:
        if not self.value:
            return "Non connu" if self.kind is ContactKind.PHONE else "Non connue"
        if self.kind is ContactKind.PHONE:
            return "Vérifié" if self.is_verified else "Déclaré, non vérifié"
        return "Vérifiée" if self.is_verified else "Non vérifiée"


def contact_points_of(holder: Holder, now: datetime) -> list[ContactPoint]:
    """The three ways, each with the change that waits for an agreement, if one does. Two queries."""
    fresh = ContactChange.objects.filter(
        user=holder.user_id,
        applied_at__isnull=True,
        refused_at__isnull=True,
        asked_at__gt=now - ANSWERED_WITHIN,
    )
    waiting = {ContactKind(change.what): change for change in fresh}
    address = EmailAddress.objects.filter(user=holder.user_id, email__iexact=holder.email, verified=True)
    phone, postal = holder.phone_verified_on, holder.postal_verified_on
    return [
        ContactPoint(ContactKind.EMAIL, holder.email, address.exists(), None, waiting.get(ContactKind.EMAIL)),
        ContactPoint(
            ContactKind.PHONE, holder.phone, phone is not None, phone, waiting.get(ContactKind.PHONE)
        ),
        ContactPoint(
            ContactKind.POSTAL,
            holder.postal_address,
            postal is not None,
            postal,
            waiting.get(ContactKind.POSTAL),
        ),
    ]


def contact_history_of(holder: Holder) -> list[ContactChange]:
    """What was changed, the last one first. One query."""
    changes = ContactChange.objects.filter(user=holder.user_id, applied_at__isnull=False)
    return list(changes.order_by("-applied_at")) if holder.user_id else []


def postal_address_stands_from(holder: Holder) -> datetime | None:
    """When a code may go to the address, None when it never changed here. One query."""
    if holder.user_id is None:
        return None
    changes = ContactChange.objects.filter(
        user=holder.user_id, what=ContactKind.POSTAL, applied_at__isnull=False
    )
    last = changes.order_by("-applied_at").values_list("applied_at", flat=True).first()
    return last + timedelta(days=settings.POSTAL_ADDRESS_STANDS_DAYS) if last else None
