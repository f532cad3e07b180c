"""Who acts for whom: invited for a time, confirmed each quarter by a named person, gone at once when they leave."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import SCOPED_ROLES, StaffRole
from accounts.exceptions import Refusal
from accounts.models import Invitation, SiteRight, StaffScope, StandIn, User
from accounts.selectors.habilitations import can_give, confirmation_due_before
from accounts.services.notifications import notify

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

INVITATION_DAYS = 7
LINK_SALT = "accounts.invitation"
INVITED, CLOSED = "accounts.invited", "accounts.habilitation_closed"


class HabilitationRefused(Refusal):
    code = "habilitation_refused"
    message = "Cette habilitation n’est pas de votre ressort : demandez-la à un administrateur."


class InvitationClosed(Refusal):
    code = "invitation_closed"
    message = (
        "Cette invitation n’est plus valable : elle a déjà servi, elle a été annulée ou son délai est passé. "
        "Demandez-en une nouvelle à la personne qui vous a invité."
    )


@transaction.atomic
def invite_member(*, actor: User, email: str, role: StaffRole, scope_code: str, now: datetime) -> Invitation:
    """Send a link that gives the role to whoever receives the address' mail, for INVITATION_DAYS days.

    Raises HabilitationRefused when the role is not the actor's to give.
    """
    code = scope_code.strip() if role in SCOPED_ROLES else ""
    if not can_give(actor, role, code) or (role in SCOPED_ROLES and not code):
        raise HabilitationRefused
    invitation = Invitation.objects.create(
        email=email.strip().lower(),
        role=role,
        scope_code=code,
        invited_by=actor,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    notify(
        kind=INVITED,
        recipient=invitation.email,
        dedup_key=f"{INVITED}:{invitation.pk}",
        context={"invitation": str(invitation.pk)},
    )
    return invitation


def invitation_link(invitation: Invitation) -> str:
    token = signing.dumps(str(invitation.pk), salt=LINK_SALT)
    return f"{settings.SITE_URL}{reverse('accounts:invitation_accept', args=[token])}"


def invitation_of(token: str, *, now: datetime) -> Invitation:
    """The invitation of a link. Raises InvitationClosed whatever is wrong with it."""
    try:
        key = signing.loads(token, salt=LINK_SALT, max_age=timedelta(days=INVITATION_DAYS))
    except signing.BadSignature:
        raise InvitationClosed from None
    found = Invitation.objects.filter(
        pk=key, accepted_at__isnull=True, cancelled_at__isnull=True, expires_at__gt=now
    ).first()
    if found is None:
        raise InvitationClosed
    return found


@transaction.atomic
def accept_invitation(*, token: str, user: User | None, password: str, now: datetime) -> User:
    """Give the role to the signed-in owner of the address, or to a new account with that password.

    Raises InvitationClosed, also when somebody else is signed in, or when the address already has an account whose
    owner is not signed in: holding the link is not enough to act in their name.
    """
    invitation = invitation_of(token, now=now)
    if not Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(accepted_at=now):
        raise InvitationClosed
    if user is None:
        user = _new_member(invitation.email, password)
    elif user.email != invitation.email:
        raise InvitationClosed
    User.objects.filter(pk=user.pk).update(is_staff=True)
    give_scope(
        user=user,
        role=StaffRole(invitation.role),
        scope_code=invitation.scope_code,
        actor=invitation.invited_by,
        today=timezone.localdate(now),
    )
    return user


def _new_member(email: str, password: str) -> User:
    if User.objects.filter(email=email).exists():
        raise InvitationClosed
    user = User.objects.create_user(email=email, password=password, is_staff=True)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def give_scope(*, user: User, role: StaffRole, scope_code: str, actor: User, today: date) -> StaffScope:
    """Open the scope from today; one that holds already is confirmed instead."""
    held = StaffScope.objects.filter(user=user, role=role, scope_code=scope_code).on(today).first()
    if held is None:
        return StaffScope.objects.create(
            user=user,
            role=role,
            scope_code=scope_code,
            starts_on=today,
            confirmed_on=today,
            confirmed_by=actor,
        )
    return _confirmed(held, actor, today)


def cancel_invitation(*, actor: User, invitation: Invitation, now: datetime) -> None:
    """Raises HabilitationRefused when the role is not the actor's to give."""
    if not can_give(actor, StaffRole(invitation.role), invitation.scope_code):
        raise HabilitationRefused
    Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(cancelled_at=now)


@transaction.atomic
def remove_member(*, actor: User, scope: StaffScope, today: date) -> None:
    """The person leaves: the scope ends at once, and every session with it when it was the last.

    Raises HabilitationRefused for a scope that is not the actor's to manage, one's own included.
    """
    if scope.user_id == actor.pk or not can_give(actor, StaffRole(scope.role), scope.scope_code):
        raise HabilitationRefused
    end_scope(scope, today=today)


def end_scope(scope: StaffScope, *, today: date) -> None:
    """From today the scope holds no more. One that began today goes: it held no whole day."""
    if scope.starts_on >= today:
        scope.delete()
    else:
        scope.ends_on = today - timedelta(days=1)
        scope.save(update_fields=["ends_on"])
    Invitation.objects.filter(
        email=scope.user.email, role=scope.role, scope_code=scope.scope_code, accepted_at__isnull=True
    ).update(cancelled_at=timezone.now())
    if not StaffScope.objects.filter(user=scope.user).on(today).exists():
        end_sessions(scope.user)


def end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


def confirm_scopes(*, actor: User, scopes: Iterable[StaffScope], today: date) -> int:
    """The actor answers for these people for another quarter. Returns how many; one's own is never among them."""
    confirmed = [
        _confirmed(scope, actor, today)
        for scope in scopes
        if scope.user_id != actor.pk and can_give(actor, StaffRole(scope.role), scope.scope_code)
    ]
    return len(confirmed)


def _confirmed(scope: StaffScope, actor: User, today: date) -> StaffScope:
    scope.confirmed_on, scope.confirmed_by = today, actor
    scope.save(update_fields=["confirmed_on", "confirmed_by"])
    return scope


@transaction.atomic
def close_unconfirmed(*, today: date) -> int:
    """End the scopes for which nobody answered in time, and tell the person. Returns how many. Safe to run twice."""
    late = StaffScope.objects.on(today).filter(confirmed_on__lt=confirmation_due_before(today))
    closed = list(late.select_for_update(of=("self",), skip_locked=True).select_related("user"))
    for scope in closed:
        label, key = str(scope), scope.pk
        end_scope(scope, today=today)
        notify(
            kind=CLOSED,
            recipient=scope.user.email,
            dedup_key=f"{CLOSED}:{key}:{today}",
            context={"scope": label},
        )
    return len(closed)


@transaction.atomic
def set_site_rights(*, scope: StaffScope, sites: dict[str, bool]) -> None:
    """Which sites' requests the person receives in the shared inbox; the value says whether they may answer."""
    scope.site_rights.all().delete()
    SiteRight.objects.bulk_create(
        SiteRight(scope=scope, site_code=code, may_answer=answer) for code, answer in sorted(sites.items())
    )


def name_stand_in(*, absent: StaffScope, stand_in: StaffScope, starts_on: date, ends_on: date) -> StandIn:
    """Raises HabilitationRefused unless both act for the same organisation in the same role."""
    if (absent.role, absent.scope_code) != (stand_in.role, stand_in.scope_code) or absent.pk == stand_in.pk:
        raise HabilitationRefused("Le remplaçant doit être un collègue du même organisme.")
    return StandIn.objects.create(absent=absent, stand_in=stand_in, starts_on=starts_on, ends_on=ends_on)
