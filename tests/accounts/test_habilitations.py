"""Invitations, leaving, quarterly confirmation, shared inbox, and the page of those who answer for others."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Invitation, StaffRole, StaffScope, User
from accounts.selectors.habilitations import inbox_sites
from accounts.services.habilitations import (
    HabilitationRefused,
    InvitationClosed,
    accept_invitation,
    close_unconfirmed,
    invitation_link,
    invite_member,
    name_stand_in,
    set_site_rights,
)
from accounts.tasks import deliver_notifications
from tests.support.factories.accounts import PASSWORD, StaffScopeFactory, UserFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
INVITED = "nouvelle@exemple.test"


def invited(role=StaffRole.CEP_ADVISER, code="op-test", **changes):
    invitation = invite_member(
        actor=UserFactory(administrator=True), email=INVITED, role=role, scope_code=code, now=timezone.now()
    )
    if changes:
        Invitation.objects.filter(pk=invitation.pk).update(**changes)
    return invitation


def path_of(invitation):
    return "/" + invitation_link(invitation).split("/", 3)[3]


def test_invitation_arrives_by_mail_and_opens_the_role(client):
    invited()
    deliver_notifications()
    [message] = mail.outbox
    link = next(word for word in message.body.split() if "/invitation/" in word)

    page = client.get("/" + link.split("/", 3)[3])
    client.post("/" + link.split("/", 3)[3], {"password": PASSWORD})

    assert "Conseiller en évolution professionnelle op-test" in page.content.decode()
    scope = StaffScope.objects.get(user__email=INVITED)
    assert (scope.role, scope.scope_code) == (StaffRole.CEP_ADVISER, "op-test")
    assert scope.confirmed_by == Invitation.objects.get().invited_by
    assert scope.user.check_password(PASSWORD)


def test_invitation_serves_once(client):
    path = path_of(invited())
    client.post(path, {"password": PASSWORD})

    assert client.post(path, {"password": PASSWORD}).status_code == 404
    assert StaffScope.objects.filter(user__email=INVITED).count() == 1


@pytest.mark.parametrize("change", ["expires_at", "cancelled_at"])
def test_invitation_expired_or_cancelled_opens_nothing(client, change):
    moment = timezone.now() - timedelta(minutes=1)
    invitation = invited(**{change: moment, "created_at": moment - timedelta(days=7)})

    answer = client.post(path_of(invitation), {"password": PASSWORD})

    assert answer.status_code == 404
    assert not User.objects.filter(email=INVITED).exists()


def test_invitation_with_a_forged_link_opens_nothing(client):
    path = path_of(invited())

    assert client.post(path[:-3] + "x/", {"password": PASSWORD}).status_code == 404


def test_invitation_with_a_weak_password_opens_nothing(client):
    answer = client.post(path_of(invited()), {"password": "motdepasse"})

    assert answer.status_code == 200
    assert not User.objects.filter(email=INVITED).exists()


def test_invitation_of_an_address_with_an_account_waits_for_its_owner(client):
    owner = UserFactory(email=INVITED)
    path = path_of(invited())

    assert client.post(path, {"password": PASSWORD}).status_code == 404
    assert not owner.staff_scopes.exists()
    sign_in(client, owner).post(path)
    assert owner.staff_scopes.count() == 1


def test_invitation_is_not_accepted_by_somebody_else(client):
    other = UserFactory()

    sign_in(client, other).post(path_of(invited()))

    assert not other.staff_scopes.exists()
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize(
    ("role", "code"),
    [(StaffRole.CEP_MANAGER, "op-test"), (StaffRole.CEP_ADVISER, "op-autre"), (StaffRole.RSSI, "")],
)
def test_manager_invites_advisers_of_their_operator_only(role, code):
    with pytest.raises(HabilitationRefused):
        invite_member(
            actor=UserFactory(cep_manager=True), email=INVITED, role=role, scope_code=code, now=timezone.now()
        )

    assert not Invitation.objects.exists()


def test_role_that_needs_a_scope_is_not_given_without():
    with pytest.raises(HabilitationRefused):
        invited(StaffRole.REGIONAL_AGENT, " ")


def test_removed_member_loses_scope_and_sessions_at_once(client):
    scope = StaffScopeFactory(cep_adviser=True)
    colleague = Client()
    colleague.post("/connexion/", {"login": scope.user.email, "password": PASSWORD})
    assert colleague.get("/admin/").status_code == 200
    manager = sign_in(client, UserFactory(cep_manager=True))

    manager.post(f"/habilitations/{scope.pk}/retirer/")

    assert not StaffScope.objects.filter(pk=scope.pk).on(TODAY()).exists()
    assert colleague.get("/admin/").status_code == 302
    assert "_auth_user_id" not in colleague.session


def test_list_shows_what_waits_and_confirms_it(client):
    late = StaffScopeFactory(cep_adviser=True, confirmed_on=TODAY() - timedelta(days=95))
    manager = UserFactory(cep_manager=True)
    sign_in(client, manager)

    page = client.get("/habilitations/").content.decode()
    client.post("/habilitations/confirmer/", {"scope": [late.pk, manager.staff_scopes.get().pk]})

    assert "À confirmer" in page
    late.refresh_from_db()
    assert (late.confirmed_on, late.confirmed_by) == (TODAY(), manager)
    assert manager.staff_scopes.get().confirmed_by is None


def test_list_runs_the_same_queries_with_one_and_three_rows(client, django_assert_num_queries):
    sign_in(client, UserFactory(administrator=True)).get("/habilitations/")
    StaffScopeFactory(cep_adviser=True)
    with django_assert_num_queries(6):
        client.get("/habilitations/")
    for _ in range(2):
        StaffScopeFactory(cep_adviser=True)

    with django_assert_num_queries(6):
        client.get("/habilitations/")


@pytest.mark.parametrize(("days", "closed"), [(92 + 15, 0), (92 + 16, 1)])
def test_unconfirmed_habilitation_closes_after_a_quarter_and_a_fortnight(days, closed):
    scope = StaffScopeFactory(regional_agent=True, confirmed_on=TODAY() - timedelta(days=days))

    assert close_unconfirmed(today=TODAY()) == closed

    assert StaffScope.objects.filter(pk=scope.pk).on(TODAY()).exists() is not bool(closed)
    assert close_unconfirmed(today=TODAY()) == 0
    deliver_notifications()
    assert len(mail.outbox) == closed


def test_use_is_noted_with_its_day(client):
    scope = StaffScopeFactory(administrator=True)

    sign_in(client, scope.user).get("/admin/")

    scope.refresh_from_db()
    assert scope.last_used_on == TODAY()


def test_inbox_without_declared_sites_is_the_whole_organisations():
    assert inbox_sites(StaffScopeFactory(training_organisation=True), today=TODAY()) is None


def test_inbox_holds_the_persons_sites_and_those_of_the_absent():
    own, absent = StaffScopeFactory(training_organisation=True), StaffScopeFactory(training_organisation=True)
    set_site_rights(scope=own, sites={"16000000900018": False})
    set_site_rights(scope=absent, sites={"16000000900018": True, "16000000900026": False})
    alone = inbox_sites(own, today=TODAY())

    name_stand_in(absent=absent, stand_in=own, starts_on=TODAY(), ends_on=TODAY())

    assert alone == {"16000000900018": False}
    assert inbox_sites(own, today=TODAY()) == {"16000000900018": True, "16000000900026": False}
    assert inbox_sites(own, today=TODAY() + timedelta(days=1)) == alone


def test_stand_in_of_another_organisation_is_refused():
    own = StaffScopeFactory(training_organisation=True)
    other = StaffScopeFactory(training_organisation=True, scope_code="16000000900026")

    with pytest.raises(HabilitationRefused):
        name_stand_in(absent=own, stand_in=other, starts_on=TODAY(), ends_on=TODAY())


def test_accept_refusal_moves_nothing():
    invitation = invited()
    UserFactory(email=INVITED)
    token = path_of(invitation).split("/")[2]

    with pytest.raises(InvitationClosed):
        accept_invitation(token=token, user=None, password=PASSWORD, now=timezone.now())

    assert Invitation.objects.get().accepted_at is None
    assert not StaffScope.objects.filter(user__email=INVITED).exists()
