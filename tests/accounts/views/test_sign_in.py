import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Notification, User
from accounts.tasks import deliver_notifications
from tests.support.factories.accounts import PASSWORD, HolderFactory, StaffScopeFactory, UserFactory

pytestmark = pytest.mark.django_db


def sign_in(client, user, password=PASSWORD, **more):
    return client.post("/connexion/", {"login": user.email, "password": password, **more})


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("account_login", "/connexion/"),
        ("account_signup", "/inscription/"),
        ("account_logout", "/deconnexion/"),
        ("account_reset_password", "/mot-de-passe/oubli/"),
    ],
)
def test_sign_in_addresses_are_french(name, path):
    assert reverse(name) == path


@pytest.mark.parametrize("path", ["/connexion/", "/inscription/", "/mot-de-passe/oubli/"])
def test_sign_in_pages_open_to_a_visitor(client, path):
    assert client.get(path).status_code == 200


def test_sign_in_form_has_the_two_agreed_fields(client):
    page = client.get("/connexion/").content.decode()

    assert 'name="login"' in page
    assert 'name="password"' in page


def test_sign_in_as_holder_leads_to_the_dashboard(client):
    response = sign_in(client, HolderFactory().user)

    assert (response.status_code, response["Location"]) == (302, "/tableau-de-bord/")


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("regional_agent", "/agents/"),
        ("cep_adviser", "/admin/"),
        ("cep_manager", "/admin/"),
        ("france_competences", "/admin/"),
        ("rssi", "/admin/"),
        ("administrator", "/admin/"),
        ("training_organisation", "/organismes-de-formation/"),
    ],
)
def test_sign_in_as_staff_leads_to_the_page_of_the_role(client, role, page):
    response = sign_in(client, UserFactory(**{role: True}))

    assert response["Location"] == page


def test_sign_in_without_account_nor_role_leads_to_opening_one(client):
    assert sign_in(client, UserFactory())["Location"] == "/activation/"


def test_sign_in_with_next_returns_where_the_person_was(client):
    response = sign_in(client, HolderFactory().user, next="/mes-donnees/")

    assert response["Location"] == "/mes-donnees/"


def test_sign_in_with_a_foreign_next_stays_here(client):
    response = sign_in(client, HolderFactory().user, next="https://ailleurs.example/")

    assert response["Location"] == "/tableau-de-bord/"


def test_sign_in_with_capitals_in_the_address_is_accepted(client):
    user = HolderFactory().user

    response = client.post("/connexion/", {"login": user.email.upper(), "password": PASSWORD})

    assert response.status_code == 302


def test_sign_in_with_a_wrong_password_opens_nothing(client):
    response = sign_in(client, HolderFactory().user, password="une-autre-phrase")

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_sign_in_of_a_disabled_account_opens_nothing(client):
    sign_in(client, UserFactory(is_active=False))

    assert "_auth_user_id" not in client.session


def test_sign_in_with_an_address_not_yet_verified_opens_nothing_and_sends_the_link(client):
    user = UserFactory(email_verified=False)

    response = sign_in(client, user)

    assert response["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in client.session
    assert Notification.objects.get().recipient == user.email


def test_sign_in_without_csrf_token_is_refused():
    strict = Client(enforce_csrf_checks=True)
    user = HolderFactory().user

    response = sign_in(strict, user)

    assert response.status_code == 403
    assert "_auth_user_id" not in strict.session


@pytest.mark.parametrize("path", ["/deconnexion/", "/inscription/", "/mot-de-passe/oubli/"])
def test_posting_without_csrf_token_is_refused(path):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(HolderFactory().user)

    assert strict.post(path, {"email": "x@exemple.test"}).status_code == 403
    assert "_auth_user_id" in strict.session
    assert not Notification.objects.exists()


def test_sign_in_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    sign_in(client, HolderFactory().user)

    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_sign_in_changes_the_session_key(client):
    client.get("/connexion/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted_key = session.session_key

    sign_in(client, HolderFactory().user)

    assert client.session.session_key != planted_key


def test_sign_out_asks_first_then_ends_the_session(client):
    client.force_login(HolderFactory().user)

    assert client.get("/deconnexion/").status_code == 200
    assert "_auth_user_id" in client.session

    response = client.post("/deconnexion/")

    assert (response.status_code, response["Location"]) == (302, "/")
    assert "_auth_user_id" not in client.session


def test_disabled_account_loses_its_session_at_the_next_request(client):
    user = HolderFactory().user
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get("/mes-donnees/")["Location"].startswith("/connexion/")


def test_staff_scope_ended_shuts_the_door_at_the_next_request(client):
    scope = StaffScopeFactory(administrator=True)
    client.force_login(scope.user)
    assert client.get("/admin/").status_code == 200

    scope.delete()

    assert client.get("/admin/")["Location"].startswith("/connexion/?next=")
    assert "_auth_user_id" not in client.session


def test_sign_up_sends_a_link_that_opens_the_account(client):
    client.post(
        "/inscription/",
        {"email": "Camille@exemple.test", "password1": PASSWORD, "password2": PASSWORD},
    )
    deliver_notifications()
    (message,) = mail.outbox
    link = next(word for word in message.body.split() if "/adresse/verification/" in word)
    path = "/" + link.split("/", 3)[3]

    client.post(path)

    assert EmailAddress.objects.get(email="camille@exemple.test").verified
    assert sign_in(client, User.objects.get(email="camille@exemple.test")).status_code == 302


@pytest.mark.parametrize("password", ["court", "qwerty123456", "1qaz2wsx3edc", "camille.dupont@exemple.test"])
def test_sign_up_with_a_weak_password_is_refused(client, password):
    response = client.post(
        "/inscription/",
        {"email": "camille.dupont@exemple.test", "password1": password, "password2": password},
    )

    assert response.status_code == 200
    assert not User.objects.exists()


def test_password_reset_link_sets_the_password_and_works_once(client):
    user = HolderFactory().user
    client.post("/mot-de-passe/oubli/", {"email": user.email})
    deliver_notifications()
    link = next(word for word in mail.outbox[0].body.split() if "/mot-de-passe/nouveau/" in word)
    path = "/" + link.split("/", 3)[3]
    chosen = "une-toute-autre-phrase"

    form = client.get(path, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": chosen, "password2": chosen})

    assert sign_in(Client(), user, password=chosen).status_code == 302
    assert "_auth_user_id" not in Client().session
    again = Client().get(path, follow=True)
    assert 'name="password1"' not in again.content.decode()


def test_sign_in_message_is_stored_without_its_link(client):
    user = HolderFactory().user

    client.post("/mot-de-passe/oubli/", {"email": user.email})

    assert "/mot-de-passe/" not in str(Notification.objects.get().context)
    assert Notification.objects.filter(context__sealed__startswith="v1.").exists()


def test_admin_for_a_visitor_leads_to_the_only_sign_in_and_back(client):
    response = client.get("/admin/accounts/user/")

    assert response["Location"] == "/connexion/?next=/admin/accounts/user/"


def test_admin_login_address_leads_to_the_only_sign_in(client):
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code in {301, 302}
    assert response["Location"].startswith("/connexion/?next=")


def test_admin_for_a_holder_is_refused(client):
    client.force_login(HolderFactory().user)

    assert client.get("/admin/").status_code == 403


def test_sign_in_failed_too_often_is_refused_even_with_the_right_password(client):
    user = HolderFactory().user
    for _ in range(5):
        sign_in(client, user, password="une-autre-phrase")

    sign_in(client, user)

    assert "_auth_user_id" not in client.session
