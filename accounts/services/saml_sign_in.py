"""Staff who come through their organisation: who they are here, and the scopes that their directory gives."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import (
    SAMLAssertion,
    SAMLConnection,
    SAMLIdentity,
    SAMLRequest,
    StaffScope,
    User,
)
from accounts.models.saml import valid_mappings
from accounts.saml import Answer, SAMLRefused, checked_answer, request_named_in, sign_in_address
from accounts.services.habilitations import end_scope

if TYPE_CHECKING:
    from datetime import date, datetime

# A sign-in at one's organisation, with its own second factor, takes a few minutes at most.
ANSWER_WITHIN = timedelta(minutes=10)
FINISH_WITHIN = timedelta(minutes=2)


def begin_saml_sign_in(*, connection: SAMLConnection, next_path: str) -> tuple[str, str]:
    """Where to send the browser, and the key that the browser must show again at the end."""
    url, request_id = sign_in_address(connection)
    SAMLRequest.objects.create(id=request_id, connection=connection, next_path=next_path[:500])
    return url, request_id


@transaction.atomic
def accept_saml_answer(*, connection: SAMLConnection, encoded: str, now: datetime) -> SAMLRequest:
    """Check the posted answer and remember whom it designates. Raises SAMLRefused, and then nothing is kept."""
    waiting = _take_request(connection, request_named_in(encoded), now)
    answer = checked_answer(connection, encoded=encoded, request_id=waiting.pk)
    _use_once(connection, answer)
    waiting.user = _user_of(connection, answer, today=timezone.localdate(now))
    waiting.save(update_fields=["user"])
    return waiting


def finish_saml_sign_in(*, connection: SAMLConnection, request_id: str, now: datetime) -> SAMLRequest:
    """The sign-in to complete in the browser that began it. Raises SAMLRefused when there is none, or too late."""
    found = SAMLRequest.objects.filter(
        pk=request_id,
        connection=connection,
        user__isnull=False,
        user__is_active=True,
        finished_at__isnull=True,
        answered_at__gte=now - FINISH_WITHIN,
    )
    if not found.update(finished_at=now):
        raise SAMLRefused("not_begun_here")
    return SAMLRequest.objects.select_related("user").get(pk=request_id)


def forget_old_saml(*, now: datetime) -> int:
    """Requests of yesterday and assertions that expired: what replay could still use is kept. Returns how many went."""
    requests, _ = SAMLRequest.objects.filter(created_at__lt=now - timedelta(days=1)).delete()
    assertions, _ = SAMLAssertion.objects.filter(expires_at__lt=now).delete()
    return requests + assertions


def _take_request(connection: SAMLConnection, request_id: str, now: datetime) -> SAMLRequest:
    # One statement decides: of two answers to one request, the second finds nothing.
    taken = SAMLRequest.objects.filter(
        pk=request_id, connection=connection, answered_at__isnull=True, created_at__gte=now - ANSWER_WITHIN
    ).update(answered_at=now)
    if not taken:
        raise SAMLRefused("no_such_request")
    return SAMLRequest.objects.get(pk=request_id)


def _use_once(connection: SAMLConnection, answer: Answer) -> None:
    try:
        with transaction.atomic():
            SAMLAssertion.objects.create(
                connection=connection, digest=answer.digest, expires_at=answer.expires_at
            )
    except IntegrityError:
        raise SAMLRefused("replayed") from None


def _user_of(connection: SAMLConnection, answer: Answer, *, today: date) -> User:
    wanted = valid_mappings(connection, answer.attributes.get(connection.role_attribute, []))
    if not wanted:
        raise SAMLRefused("no_role")
    user = _known(connection, answer) or _linked_by_address(connection, answer)
    if not user.is_active:
        raise SAMLRefused("closed_account")
    _follow_directory(user, connection, wanted, today)
    return user


def _digest(name_id: str) -> str:
    return hashlib.sha256(name_id.encode()).hexdigest()


def _known(connection: SAMLConnection, answer: Answer) -> User | None:
    identity = (
        SAMLIdentity.objects.filter(connection=connection, name_id_digest=_digest(answer.name_id))
        .select_related("user")
        .first()
    )
    return identity.user if identity else None


def _linked_by_address(connection: SAMLConnection, answer: Answer) -> User:
    email = next(iter(answer.attributes.get(connection.email_attribute, [])), "").strip().lower()
    if email.rpartition("@")[2] not in connection.email_domains or not email.partition("@")[0]:
        raise SAMLRefused("address_of_another_domain")
    user = User.objects.select_for_update().filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email=email, is_staff=True)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    elif not _is_theirs(user, connection):
        # An organisation speaks for its own people: never for a holder, nor for another organisation's staff.
        raise SAMLRefused("account_of_another")
    SAMLIdentity.objects.create(connection=connection, name_id_digest=_digest(answer.name_id), user=user)
    return user


def _is_theirs(user: User, connection: SAMLConnection) -> bool:
    if not user.is_staff or hasattr(user, "holder"):
        return False
    scopes = user.staff_scopes.all()
    return all(
        scope.role in connection.allowed_roles and scope.scope_code in {"", connection.scope_code}
        for scope in scopes
    )


def _follow_directory(
    user: User, connection: SAMLConnection, wanted: set[tuple[str, str]], today: date
) -> None:
    """Give what the directory says and take back what it no longer says; scopes given by people are left alone."""
    held = StaffScope.objects.filter(user=user).on(today)
    for scope in held.filter(connection=connection):
        if (scope.role, scope.scope_code) not in wanted:
            end_scope(scope, today=today)
    kept = set(StaffScope.objects.filter(user=user).on(today).values_list("role", "scope_code"))
    for role, code in sorted(wanted - kept):
        StaffScope.objects.create(
            user=user, role=role, scope_code=code, starts_on=today, connection=connection, confirmed_on=today
        )
