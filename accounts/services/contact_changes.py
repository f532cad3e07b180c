"""A new e-mail, telephone or postal address: agreed to at the e-mail in force, so that a stolen session cannot take
the account away. Decision 0056.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.enums import ContactKind
from accounts.exceptions import ContactChangeExpired, ContactUnchanged, TooManyContactChanges
from accounts.models import ContactChange, Holder, User
from accounts.rules.contact_points import ANSWERED_WITHIN
from accounts.services.letters import write_address_changed_letter
from accounts.services.messages import announce_security_event, ask_agreement_to_contact_change

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

SALT = "accounts.contact-change"
# Sent again or asked anew, all ways of contact together: nobody's letter-box is filled from here.
ASKED_PER_DAY = 5
COLUMNS = {ContactKind.PHONE: "phone", ContactKind.POSTAL: "postal_address", ContactKind.EMAIL: "email"}
VERIFIED_ON = {ContactKind.PHONE: "phone_verified_on", ContactKind.POSTAL: "postal_verified_on"}


# Asking ------------------------------------------------------------------------------------------
def ask_email_change(*, user: User, new_email: str) -> str:
    """Note the wish and return the token of the link to send to the former address. A former wish is dropped.

    Raises TooManyContactChanges.
    """
    return _token(_note(user, ContactKind.EMAIL, new_email, timezone.now()))


@transaction.atomic
def ask_contact_change(
    *, holder: Holder, user: User, what: ContactKind, new_value: str, now: datetime
) -> ContactChange:
    """Note a new telephone or postal address, and ask the e-mail in force to agree within two days.

    A first telephone is written at once: it replaces nothing, and no code, proof or recovery ever goes by telephone.
    Raises ContactUnchanged, TooManyContactChanges.
    """
    held = Holder.objects.select_for_update().get(pk=holder.pk)
    if getattr(held, COLUMNS[what]) == new_value:
        raise ContactUnchanged
    change = _note(user, what, new_value, now)
    if what == ContactKind.PHONE and not held.phone:
        return _apply(change, held, now)
    _ask_agreement(held, change)
    return change


def send_agreement_again(*, holder: Holder, key: UUID, now: datetime) -> ContactChange:
    """A new link for the same wish; the former link dies. Raises ContactChangeExpired, TooManyContactChanges."""
    change = _waiting(holder.user_id).filter(pk=key, what__in=VERIFIED_ON).first()
    if change is None or holder.user is None:
        raise ContactChangeExpired
    with transaction.atomic():
        again = _note(holder.user, ContactKind(change.what), change.new_value, now)
        _ask_agreement(holder, again)
    return again


def drop_contact_change(*, holder: Holder, key: UUID, now: datetime) -> None:
    """The person thinks better of it: its link no longer opens anything. Twice is once."""
    _waiting(holder.user_id).filter(pk=key, what__in=VERIFIED_ON).update(refused_at=now)


def _note(user: User, what: ContactKind, new_value: str, now: datetime) -> ContactChange:
    with transaction.atomic():
        # Two requests at once are counted one after the other.
        User.objects.select_for_update().get(pk=user.pk)
        asked = ContactChange.objects.filter(user=user, asked_at__gt=now - timedelta(days=1))
        if asked.count() >= ASKED_PER_DAY:
            raise TooManyContactChanges
        _waiting(user.pk).filter(what=what).update(refused_at=now)
        return ContactChange.objects.create(user=user, what=what, new_value=new_value, asked_at=now)


def _ask_agreement(holder: Holder, change: ContactChange) -> None:
    ask_agreement_to_contact_change(holder=holder, change=change, token=_token(change))


def _token(change: ContactChange) -> str:
    return signing.dumps(str(change.pk), salt=SALT)


# Answering ---------------------------------------------------------------------------------------
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


@transaction.atomic
def confirm_on_old_address(*, token: str) -> ContactChange:
    """Whoever reads the e-mail in force agrees: a telephone or a postal address is changed, an e-mail has still to
    answer itself. Raises ContactChangeExpired.
    """
    change, now = _locked(token), timezone.now()
    change.confirmed_on_old_at = now
    change.save(update_fields=["confirmed_on_old_at"])
    if change.what != ContactKind.EMAIL:
        held = Holder.objects.select_for_update().filter(user=change.user_id, deceased_on=None).first()
        if held is None:
            raise ContactChangeExpired
        _apply(change, held, now)
    return change


@transaction.atomic
def refuse_change(*, token: str) -> ContactChange:
    """Whoever reads the e-mail in force does not agree: nothing changes. Raises ContactChangeExpired."""
    change = _locked(token)
    change.refused_at = timezone.now()
    change.save(update_fields=["refused_at"])
    return change


def is_agreed(*, user: User, new_email: str) -> bool:
    """Whether the former address agreed to this one, and nothing came of it yet."""
    return _agreed(user, new_email).exists()


@transaction.atomic
def apply_email_change(*, user: User, new_email: str, former_email: str = "") -> None:
    """The new address answered too: from now on nothing is spent for CONTACT_CHANGE_COOLING_HOURS."""
    _agreed(user, new_email).update(applied_at=timezone.now(), old_value=former_email)
    Holder.objects.filter(user=user).update(email=new_email)


def _locked(token: str) -> ContactChange:
    change = change_of_token(token)
    waiting = _waiting(change.user_id).filter(pk=change.pk)
    held = waiting.select_for_update().first()
    if held is None:
        raise ContactChangeExpired
    return held


def _apply(change: ContactChange, held: Holder, now: datetime) -> ContactChange:
    """Write it, tell every e-mail that we know, and the former postal address by a letter."""
    what = ContactKind(change.what)
    change.old_value, change.applied_at = getattr(held, COLUMNS[what]), now
    change.save(update_fields=["old_value", "applied_at"])
    Holder.objects.filter(pk=held.pk).update(**{COLUMNS[what]: change.new_value, VERIFIED_ON[what]: None})
    if what == ContactKind.POSTAL and change.old_value:
        write_address_changed_letter(holder=held, former_address=change.old_value, asked_on=change.asked_at)
    announce_security_event(
        holder=held,
        key=f"contact:{change.pk}",
        subject=f"Votre {what.label.lower()} a changé",
        what=CHANGED[what],
    )
    return change


CHANGED = {
    ContactKind.PHONE: "Le téléphone de votre compte a changé. Aucun code ne vous sera jamais demandé au téléphone.",
    ContactKind.POSTAL: (
        "L’adresse postale de votre compte a changé. Une lettre l’annonce à l’ancienne adresse, s’il y en avait une."
    ),
}


def _waiting(user_id: int | None) -> QuerySet[ContactChange]:
    if user_id is None:
        return ContactChange.objects.none()
    return ContactChange.objects.filter(user_id=user_id, applied_at__isnull=True, refused_at__isnull=True)


def _agreed(user: User, new_email: str) -> QuerySet[ContactChange]:
    return _waiting(user.pk).filter(
        what=ContactKind.EMAIL,
        new_value__iexact=new_email,
        confirmed_on_old_at__gt=timezone.now() - ANSWERED_WITHIN,
    )
