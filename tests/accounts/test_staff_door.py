"""Staff without a second factor reach its set-up and the way out; whoever lost their habilitation, nothing more."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone
from lxml import html as lxml_html

from accounts.models import StaffRole
from accounts.staff_door import PROOF_PAGES, SET_UP_PAGES
from tests.house.test_access import WHO_MAY_OPEN
from tests.support.factories.accounts import PASSWORD, HolderFactory, StaffScopeFactory
from tests.support.security_key import SecurityKey
from tests.support.sign_in import sign_in
from tests.support.urls import every_address

pytestmark = pytest.mark.django_db

HOME = "/mon-compte/double-authentification/"
SITE = "https://localhost"


@pytest.fixture(autouse=True)
def required(settings):
    settings.STAFF_MFA_REQUIRED = True
    settings.SITE_URL = SITE
    # As in production: the tests' own origin has no TLS.
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False


def member(role=StaffRole.ADMINISTRATOR, **fields):
    return StaffScopeFactory(role=role, **fields).user


def opened_to(client, addresses, *, sent_to):
    """Those of the addresses without parameter that did neither send to the second factor nor refuse a program."""
    opened = set()
    for address in addresses:
        if not address.converters and "^" not in address.route:
            answer = client.get(f"/{address.route}")
            if answer.status_code != 403 and not answer.get("Location", "").startswith(sent_to):
                opened.add(address.name)
    return opened


def test_staff_without_a_second_factor_reaches_only_its_set_up(client):
    sign_in(client, member(), second_factor=False)

    opened = opened_to(client, every_address(), sent_to=HOME + "?requise")

    assert opened <= SET_UP_PAGES
    assert {"mfa_index", "account_logout"} <= opened


@pytest.mark.parametrize("role", StaffRole.values)
def test_staff_of_every_role_without_a_second_factor_reaches_no_page_of_the_role(client, role):
    sign_in(client, member(StaffRole(role)), second_factor=False)
    own = [address for address in every_address() if role in WHO_MAY_OPEN.get(address.name, ())]

    opened = opened_to(client, own, sent_to=HOME + "?requise")

    # The pages of France compétences are those of the back office.
    assert own or role == StaffRole.FRANCE_COMPETENCES
    assert opened == set()
    assert client.get("/admin/")["Location"].startswith(HOME + "?requise")


@pytest.mark.parametrize("path", ["/api/v1/formations/", "/api/v1/schema/"])
def test_staff_without_a_second_factor_gets_a_problem_from_the_open_api(client, path):
    sign_in(client, member(), second_factor=False)

    answer = client.get(path)

    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


def test_staff_without_a_second_factor_writes_nothing(client):
    sign_in(client, member(), second_factor=False)

    answer = client.post("/admin/accounts/user/add/", {"email": "a@exemple.test"})

    assert answer["Location"].startswith(HOME)


def test_recovery_codes_alone_are_no_second_factor(client):
    user = member()
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    sign_in(client, user, second_factor=False)

    assert client.get("/admin/")["Location"].startswith(HOME)


def test_session_opened_before_the_second_factor_must_show_it(client):
    user = member()
    TOTP.activate(user, generate_totp_secret())
    sign_in(client, user, second_factor=False)

    opened = opened_to(client, every_address(), sent_to=HOME + "confirmer/?next=")

    assert opened <= PROOF_PAGES
    assert {"mfa_reauthenticate", "account_logout"} <= opened


def test_staff_who_showed_the_second_factor_enters(client):
    user = member()
    TOTP.activate(user, generate_totp_secret())

    assert sign_in(client, user).get("/admin/").status_code == 200


def test_holder_needs_no_second_factor(client):
    sign_in(client, HolderFactory().user, second_factor=False)

    assert client.get("/mes-donnees/").status_code == 200


def test_demonstration_may_leave_it_out(client, settings):
    settings.STAFF_MFA_REQUIRED = False

    assert sign_in(client, member(), second_factor=False).get("/admin/").status_code == 200


@pytest.mark.parametrize("page", ["/admin/", "/formations/", "/agents/", "/api/v1/formations/"])
def test_removed_member_loses_the_session_at_the_next_request(client, page):
    user = member()
    TOTP.activate(user, generate_totp_secret())
    sign_in(client, user)
    assert client.get("/admin/").status_code == 200

    user.is_active = False
    user.save()
    client.get(page)

    assert not client.session.keys() & {"_auth_user_id"}
    user.is_active = True
    user.save()
    assert client.get("/admin/").status_code == 302


def test_ended_habilitation_ends_the_session_at_the_next_request_and_says_so(client):
    user = member()
    TOTP.activate(user, generate_totp_secret())
    sign_in(client, user)
    assert client.get("/admin/").status_code == 200

    user.staff_scopes.update(ends_on=timezone.localdate() - timedelta(days=1))
    page = client.get("/", follow=True).content.decode()

    assert "_auth_user_id" not in client.session
    assert "habilitation a pris fin" in page


def test_deleted_member_loses_the_session(client):
    user = member()
    sign_in(client, user)

    user.delete()

    assert client.get("/admin/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_holder_who_left_an_organisation_keeps_their_own_account(client):
    user = HolderFactory().user
    user.is_staff = True
    user.save()
    StaffScopeFactory(user=user, ends_on=timezone.localdate() - timedelta(days=1))
    TOTP.activate(user, generate_totp_secret())

    assert sign_in(client, user).get("/mes-donnees/").status_code == 200
    assert client.get("/admin/").status_code == 403


# Security keys ------------------------------------------------------------------------------------------------------


def key_options(page, form="//form[@data-passkey]"):
    [found] = lxml_html.fromstring(page.content.decode()).xpath(form)
    return json.loads(found.get("data-passkey-options"))


@pytest.fixture
def with_key():
    """A member of staff, their key, and the client with which they registered it."""
    user, key = member(), SecurityKey(SITE)
    client = Client(SERVER_NAME="localhost", headers={"host": "localhost"})
    sign_in(client, user, second_factor=False, confirmed=True)
    page = client.get(HOME + "cles/ajouter/", secure=True)
    assert page.status_code == 200, page.headers
    options = key_options(page)
    answer = client.post(
        HOME + "cles/ajouter/", {"name": "Ma clé", "credential": key.create(options)}, secure=True
    )
    assert answer.status_code == 302
    return user, key, client


def test_security_key_once_added_opens_the_office(with_key):
    user, _, client = with_key

    assert client.get("/admin/", secure=True).status_code in {200, 302}
    assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1
    assert "Ma clé" in client.get(HOME + "cles/", secure=True).content.decode()


def sign_in_until_the_key(user):
    visitor = Client(headers={"host": "localhost"})
    visitor.post("/connexion/", {"login": user.email, "password": PASSWORD}, secure=True)
    return visitor, visitor.get(HOME + "code/", secure=True)


def test_sign_in_with_the_security_key(with_key):
    user, key, _ = with_key
    visitor, page = sign_in_until_the_key(user)

    visitor.post(HOME + "code/", {"credential": key.get(key_options(page))}, secure=True)

    assert visitor.get("/admin/", secure=True).status_code == 200


def test_sign_in_with_somebody_elses_security_key_is_refused(with_key):
    user, key, _ = with_key
    visitor, page = sign_in_until_the_key(user)
    forged = SecurityKey(SITE)
    forged.credential_id = key.credential_id

    visitor.post(HOME + "code/", {"credential": forged.get(key_options(page))}, secure=True)

    assert "_auth_user_id" not in visitor.session


def test_sign_in_with_a_key_used_on_another_site_is_refused(with_key):
    user, key, _ = with_key
    visitor, page = sign_in_until_the_key(user)
    key.origin = "https://faux-portail.example"

    visitor.post(HOME + "code/", {"credential": key.get(key_options(page))}, secure=True)

    assert "_auth_user_id" not in visitor.session


def test_security_key_is_removed_on_demand(with_key):
    user, _, client = with_key
    key = Authenticator.objects.get(user=user, type="webauthn")

    client.post(HOME + f"cles/{key.pk}/retirer/", secure=True)

    assert not Authenticator.objects.filter(user=user, type="webauthn").exists()


def test_security_key_of_another_person_cannot_be_removed(with_key):
    user, _, _ = with_key
    key = Authenticator.objects.get(user=user, type="webauthn")
    other = sign_in(Client(), HolderFactory().user, confirmed=True)

    assert other.post(HOME + f"cles/{key.pk}/retirer/").status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()
