"""The inbox that a training organisation's people share: by site, with stand-ins, and never another's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AccessLogEntry, StaffRole, StandIn
from accounts.services.habilitations import set_site_rights
from cpa_portal.kernel.identifiers import fictitious_siret, normalise_siret
from tests.support.factories.accounts import StaffScopeFactory
from tests.support.factories.rights import TrainingFileFactory

pytestmark = pytest.mark.django_db
HOME, TEAM = "/organismes-de-formation/", "/organismes-de-formation/equipe/"
MAIN = fictitious_siret(0)


def second_site():
    """Another establishment of the same company, with a valid key."""
    for rank in range(10, 100):
        for key in range(10):
            try:
                siret = normalise_siret(f"{MAIN[:9]}00{rank}{key}")
            except ValueError:
                continue
            if siret != MAIN:
                return siret
    raise AssertionError


def member(siret=MAIN):
    return StaffScopeFactory(role=StaffRole.TRAINING_ORGANISATION, scope_code=siret)


def inbox(scope):
    client = Client()
    client.force_login(scope.user)
    return client, client.get(HOME).content.decode()


def test_inbox_shows_the_requests_of_the_organisation_alone_and_says_who_looked():
    file = TrainingFileFactory(organisation_siret=MAIN, title="Soudure")
    TrainingFileFactory(organisation_siret=fictitious_siret(3), title="Coiffure")

    _, page = inbox(member())

    assert "Soudure" in page
    assert "Coiffure" not in page
    assert AccessLogEntry.objects.get().holder == file.holder


def test_inbox_of_one_site_hides_the_others_until_the_colleague_is_away():
    other = second_site()
    TrainingFileFactory(organisation_siret=MAIN, title="Soudure")
    TrainingFileFactory(organisation_siret=other, title="Coiffure")
    here, there, chief = member(), member(), member()
    set_site_rights(scope=here, sites={MAIN: True})
    set_site_rights(scope=there, sites={other: False})
    today = timezone.localdate()

    _, before = inbox(here)
    client, _ = inbox(there)
    client.post(
        TEAM,
        {"stand_in": here.pk, "starts_on": today.isoformat(), "ends_on": today.isoformat()},
    )
    _, during = inbox(here)

    assert "Coiffure" not in before
    assert "Coiffure" in during
    assert "sans pouvoir y répondre" in during
    assert StandIn.objects.get().absent == there
    assert client.post(TEAM, {"colleague": chief.pk, "sites": MAIN}).status_code == 404


def test_sites_are_shared_out_by_who_receives_the_whole_organisation():
    chief, colleague, stranger = member(), member(), member(fictitious_siret(3))
    client, _ = inbox(chief)

    for spoilt in (
        {"colleague": stranger.pk, "sites": MAIN},
        {"colleague": colleague.pk, "sites": fictitious_siret(3)},
    ):
        assert client.post(TEAM, spoilt).status_code == 200
    assert not colleague.site_rights.exists()
    client.post(TEAM, {"colleague": colleague.pk, "sites": MAIN, "may_answer": "on"})

    assert [(right.site_code, right.may_answer) for right in colleague.site_rights.all()] == [(MAIN, True)]
    assert not stranger.site_rights.exists()


def test_stand_in_of_another_organisation_or_in_the_past_is_refused():
    scope, stranger, colleague = member(), member(fictitious_siret(3)), member()
    client, _ = inbox(scope)
    today, yesterday = timezone.localdate(), timezone.localdate() - timedelta(days=1)

    client.post(TEAM, {"stand_in": stranger.pk, "starts_on": today, "ends_on": today})
    client.post(TEAM, {"stand_in": colleague.pk, "starts_on": yesterday, "ends_on": yesterday})

    assert not StandIn.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_inbox_costs_the_same_whatever_the_rows(rows, django_assert_max_num_queries):
    for _ in range(rows):
        TrainingFileFactory(organisation_siret=MAIN)
    client, _ = inbox(member())

    # Session, user, scopes of the rule, own scopes, sites, stand-ins, files, savepoint, trace and its release.
    with django_assert_max_num_queries(12):
        client.get(HOME)
