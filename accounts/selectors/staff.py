from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import StaffScope

if TYPE_CHECKING:
    from accounts.models import User

_MEMO = "_current_staff_scopes"
_FACTOR_MEMO = "_has_second_factor"


def current_scopes(user: User | AnonymousUser) -> frozenset[tuple[str, str]]:
    """The (role, scope code) pairs that hold today. One query per user object, then none.

    An inactive user has none, whatever the rows say.
    """
    if isinstance(user, AnonymousUser) or not user.is_active:
        return frozenset()
    if not hasattr(user, _MEMO):
        rows = StaffScope.objects.filter(user=user).on(timezone.localdate())
        # By attribute, never by __dict__: `request.user` stands for the user and has a __dict__ of its own.
        setattr(user, _MEMO, frozenset(rows.values_list("role", "scope_code")))
    scopes: frozenset[tuple[str, str]] = getattr(user, _MEMO)
    return scopes


def current_roles(user: User | AnonymousUser) -> frozenset[str]:
    return frozenset(role for role, _ in current_scopes(user))


def scope_codes(user: User | AnonymousUser, role: StaffRole | str) -> frozenset[str]:
    """The regions, operators or organisations that the user acts for under that role today."""
    return frozenset(code for held, code in current_scopes(user) if held == role)


def has_second_factor(user: User) -> bool:
    """An application or a security key; recovery codes alone are none. One query per user object."""
    if not hasattr(user, _FACTOR_MEMO):
        kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        setattr(user, _FACTOR_MEMO, is_mfa_enabled(user, kinds))
    return bool(getattr(user, _FACTOR_MEMO))
