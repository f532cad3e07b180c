from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts import permissions
from accounts.models import StaffRole, User
from accounts.selectors.staff import scope_codes
from tests.support.factories.accounts import HolderFactory, StaffScopeFactory, UserFactory

pytestmark = pytest.mark.django_db

PREDICATES = {
    StaffRole.REGIONAL_AGENT: permissions.is_regional_agent,
    StaffRole.CEP_ADVISER: permissions.is_cep_adviser,
    StaffRole.CEP_MANAGER: permissions.is_cep_manager,
    StaffRole.TRAINING_ORGANISATION: permissions.is_training_organisation,
    StaffRole.FRANCE_COMPETENCES: permissions.is_france_competences,
    StaffRole.CDC: permissions.is_cdc,
    StaffRole.RSSI: permissions.is_rssi,
    StaffRole.DATA_PROTECTION: permissions.is_data_protection_officer,
    StaffRole.ADMINISTRATOR: permissions.is_administrator,
    StaffRole.EMPLOYER: permissions.is_employer,
    StaffRole.FUNDER: permissions.is_funder,
}
ALL = [*PREDICATES.values(), permissions.is_holder, permissions.is_staff_member]


def test_predicates_cover_every_role():
    assert set(PREDICATES) == set(StaffRole)


@pytest.mark.parametrize("role", list(StaffRole))
def test_role_predicate_holds_for_its_role_alone(role):
    user = UserFactory(**{role.value: True})

    holding = {held for held, predicate in PREDICATES.items() if predicate(user)}

    assert holding == {role}
    assert permissions.is_staff_member(user)
    assert not permissions.is_holder(user)


def test_predicates_for_a_visitor_all_refuse():
    assert not any(predicate(AnonymousUser()) for predicate in [*ALL, permissions.is_signed_in])


@pytest.mark.parametrize("role", list(StaffRole))
def test_role_predicate_for_a_disabled_account_refuses(role):
    user = UserFactory(**{role.value: True}, is_active=False)

    assert not any(predicate(user) for predicate in ALL)


@pytest.mark.parametrize(
    ("starts", "ends", "holds"), [(1, None, False), (0, None, True), (-9, 0, True), (-9, -1, False)]
)
def test_role_predicate_holds_between_its_days(starts, ends, holds):
    today = timezone.localdate()
    scope = StaffScopeFactory(
        regional_agent=True,
        starts_on=today + timedelta(days=starts),
        ends_on=None if ends is None else today + timedelta(days=ends),
    )

    assert permissions.is_regional_agent(scope.user) is holds
    assert permissions.is_staff_member(scope.user) is holds


def test_is_staff_member_marked_staff_without_scope_refuses():
    assert not permissions.is_staff_member(UserFactory(is_staff=True))


def test_is_staff_member_with_a_scope_but_not_marked_staff_refuses():
    assert not permissions.is_staff_member(StaffScopeFactory(user=UserFactory(is_staff=False)).user)


def test_is_holder_linked_and_alive_holds():
    assert permissions.is_holder(HolderFactory().user)


def test_is_holder_without_account_or_dead_refuses():
    assert not permissions.is_holder(UserFactory())
    assert not permissions.is_holder(HolderFactory(deceased_on=date(2026, 1, 1)).user)
    assert not permissions.is_holder(HolderFactory(user=UserFactory(is_active=False)).user)


def test_scope_codes_gives_only_those_of_the_role():
    user = UserFactory(regional_agent=True)
    StaffScopeFactory(user=user, cep_adviser=True, scope_code="operateur")

    assert scope_codes(user, StaffRole.REGIONAL_AGENT) == {"94"}
    assert scope_codes(user, StaffRole.RSSI) == frozenset()


def test_predicates_asked_many_times_cost_two_queries(django_assert_num_queries):
    user = User.objects.get(pk=UserFactory(regional_agent=True).pk)

    with django_assert_num_queries(2):
        for _ in range(3):
            [predicate(user) for predicate in ALL]


def test_user_has_no_permission_of_djangos():
    user = UserFactory(administrator=True)

    assert not user.has_perm("accounts.view_holder")
    assert not user.has_module_perms("accounts")
