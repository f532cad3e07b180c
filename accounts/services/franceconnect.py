"""Whose account an identity opens. Found by the subject that was linked, else by identity, never by e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.franceconnect.exceptions import IdentityShared, OtherPerson
from accounts.franceconnect.sign_in import PROVIDER_ID
from accounts.models import Holder
from accounts.rules.identity import Ambiguous, Match
from accounts.selectors.holders import forget_holder_of, holder_of
from accounts.selectors.identity import find_holder_by_identity

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.selectors.identity import PivotIdentity


def user_of_identity(identity: PivotIdentity) -> User | None:
    """The web user of the one holder who answers to the identity; None when there is no such holder or user.

    Raises IdentityShared when several holders answer.
    """
    holder = _holder_of_identity(identity)
    return holder.user if holder is not None else None


def check_same_person(*, user: User, linked: User | None, subject: str, identity: PivotIdentity) -> None:
    """Refuse an identity that is not the signed-in person's, whatever level it has.

    `linked`: the user to whom the subject is already linked. A user without holder receives the holder of the
    identity when nobody else has it. Raises OtherPerson, IdentityShared.
    """
    if linked is not None:
        if linked.pk != user.pk:
            raise OtherPerson("subject_of_another")
        return
    if SocialAccount.objects.filter(user=user, provider=PROVIDER_ID).exclude(uid=subject).exists():
        raise OtherPerson("another_subject_linked")
    own, found = holder_of(user), _holder_of_identity(identity)
    if own is None:
        link_holder_of_identity(user=user, identity=identity)
    elif found is None or found.pk != own.pk:
        raise OtherPerson


@transaction.atomic
def link_holder_of_identity(*, user: User, identity: PivotIdentity) -> Holder | None:
    """Give a user without holder the one that the identity designates. None when it designates nobody.

    Raises IdentityShared; OtherPerson when that holder already has another user.
    """
    own = holder_of(user)
    if own is not None:
        return own
    holder = _holder_of_identity(identity)
    if holder is None:
        return None
    # The update decides: of two sign-ins at once, one finds the place taken.
    if not Holder.objects.filter(pk=holder.pk, user__isnull=True).update(user=user):
        raise OtherPerson("holder_taken")
    forget_holder_of(user)
    return holder_of(user)


def _holder_of_identity(identity: PivotIdentity) -> Holder | None:
    outcome = find_holder_by_identity(identity)
    if isinstance(outcome, Ambiguous):
        raise IdentityShared
    return outcome.key if isinstance(outcome, Match) else None
