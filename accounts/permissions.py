"""Positive questions about a user, one per kind of person the portal knows.

Each asks the database at most once per user object: a page may ask as often as it likes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from accounts.enums import StaffRole
from accounts.selectors.holders import holder_of
from accounts.selectors.staff import current_roles

if TYPE_CHECKING:
    from accounts.models import User

    AnyUser = User | AnonymousUser


def is_holder(user: AnyUser) -> bool:
    """A signed-in person linked to a living account holder."""
    holder = holder_of(user)
    return holder is not None and holder.is_alive


def may_activate(user: AnyUser) -> bool:
    """Someone who signed in and has not opened their account yet. Staff open theirs with a sign-in of their own."""
    return is_signed_in(user) and not current_roles(user) and holder_of(user) is None


def is_regional_agent(user: AnyUser) -> bool:
    return StaffRole.REGIONAL_AGENT in current_roles(user)


def is_cep_adviser(user: AnyUser) -> bool:
    return StaffRole.CEP_ADVISER in current_roles(user)


def is_cep_manager(user: AnyUser) -> bool:
    return StaffRole.CEP_MANAGER in current_roles(user)


def is_training_organisation(user: AnyUser) -> bool:
    return StaffRole.TRAINING_ORGANISATION in current_roles(user)


def is_france_competences(user: AnyUser) -> bool:
    return StaffRole.FRANCE_COMPETENCES in current_roles(user)


def is_cdc(user: AnyUser) -> bool:
    return StaffRole.CDC in current_roles(user)


def is_rssi(user: AnyUser) -> bool:
    return StaffRole.RSSI in current_roles(user)


def is_data_protection_officer(user: AnyUser) -> bool:
    return StaffRole.DATA_PROTECTION in current_roles(user)


def is_administrator(user: AnyUser) -> bool:
    return StaffRole.ADMINISTRATOR in current_roles(user)


def is_employer(user: AnyUser) -> bool:
    return StaffRole.EMPLOYER in current_roles(user)


def is_funder(user: AnyUser) -> bool:
    return StaffRole.FUNDER in current_roles(user)


def manages_habilitations(user: AnyUser) -> bool:
    """Administrators manage all of them; a site's manager, those of the advisers of their operator."""
    return is_administrator(user) or is_cep_manager(user)


def is_staff_member(user: AnyUser) -> bool:
    """Anyone who works here, whatever the role. Being marked staff without a current scope is not enough."""
    return user.is_authenticated and user.is_staff and bool(current_roles(user))


def is_signed_in(user: AnyUser) -> bool:
    return user.is_authenticated and user.is_active


def receives_public(user: AnyUser) -> bool:
    """Whoever may check an identity at a counter."""
    return is_cep_adviser(user) or is_cep_manager(user)


def records_deaths(user: AnyUser) -> bool:
    """Whoever may write that a person has died, or that it was a mistake."""
    return is_administrator(user) or is_data_protection_officer(user)


def is_account_guardian(user: AnyUser) -> bool:
    """Whoever may freeze an account and reopen it, with a second person."""
    return is_rssi(user) or is_administrator(user)
