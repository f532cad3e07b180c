"""A new e-mail address: agreed to on the former one first, so that a stolen session cannot take the account away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.exceptions import ContactChangeExpired
from accounts.models import ContactChange, Holder

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

SALT = "accounts.contact-change"
ANSWERED_WITHIN = timedelta(days=2)


@transaction.atomic
def ask_email_change(*, user: User, new_email: str) -> str:
    """Note the wish and return the token of the link to send to the former address. A former wish is dropped."""
    waiting = ContactChange.objects.filter(
        user=user, what="email", applied_at__isnull=True, refused_at__isnull=True
    )
    waiting.update(refused_at=timezone.now())
    change = ContactChange.objects.create(user=user, what="email", new_value=new_email)
    return signing.dumps(str(change.pk), salt=SALT)


def change_of_token(token: str) -> ContactChange:
    """The wish behind a link. Raises ContactChangeExpired: forged, too old, dropped or already followed."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=ANSWERED_WITHIN)
    except signing.BadSignature:
        raise ContactChangeExpired from None
    change = ContactChange.objects.filter(pk=pk, applied_at__isnull=True, refused_at__isnull=True).first()
    if change is None:
        raise ContactChangeExpired
    return change


def confirm_on_old_address(*, token: str) -> ContactChange:
    """The holder of the former address agrees. Raises ContactChangeExpired."""
    change = change_of_token(token)
    ContactChange.objects.filter(pk=change.pk).update(confirmed_on_old_at=timezone.now())
    return change


def is_agreed(*, user: User, new_email: str) -> bool:
    """Whether the former address agreed to this one, and nothing came of it yet."""
    return _agreed(user, new_email).exists()


@transaction.atomic
def apply_email_change(*, user: User, new_email: str) -> None:
    """The new address answered too: from now on nothing is spent for CONTACT_CHANGE_COOLING_HOURS."""
    _agreed(user, new_email).update(applied_at=timezone.now())
    Holder.objects.filter(user=user).update(email=new_email)


def _agreed(user: User, new_email: str) -> QuerySet[ContactChange]:
    return ContactChange.objects.filter(
        user=user,
        what="email",
        new_value__iexact=new_email,
        confirmed_on_old_at__gt=timezone.now() - ANSWERED_WITHIN,
        applied_at__isnull=True,
        refused_at__isnull=True,
    )
