"""Sign-in against the real provider process: who comes in, as whom, and how both sessions end."""

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import Notification, User
from tests.support.factories.accounts import PASSWORD, HolderFactory
from tests.support.identity_provider import NOBODY_TRUSTED, asked, local_path, vanina

pytestmark = pytest.mark.django_db

START, LINK = "/connexion/franceconnect/", "/mon-compte/franceconnect/"


def come_back(client, provider, person, start=START, **form):
    """From the button to the page where the person lands."""
    leaving = client.post(start, form)
    assert leaving.status_code == 302, leaving.content.decode()
    return client.get(local_path(provider.follow(leaving["Location"], person)))


def link_account(client, provider, person):
    """From the account page, password confirmed again, to the page where the person lands."""
    confirming = client.post(LINK)
    assert confirming["Location"].startswith("/mon-compte/identite/")
    leaving = client.post(confirming["Location"], {"password": PASSWORD})
    return client.get(local_path(provider.follow(leaving["Location"], person)))


def text_of(response):
    return response.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def signed_in_user(client):
    key = client.session.get("_auth_user_id")
    return User.objects.get(pk=key) if key else None


def test_request_asks_for_the_low_level_with_state_nonce_and_pkce(client, provider):
    sent = asked(client.post(START)["Location"])

    assert sent["acr_values"] == "eidas1"
    assert len(sent["state"]) >= 32
    assert len(sent["nonce"]) >= 32
    assert sent["code_challenge_method"] == "S256"
    assert set(sent["scope"].split()) == {
        "openid", "given_name", "family_name", "gender", "birthdate", "birthplace", "birthcountry",
    }  # fmt: skip


def test_holder_with_a_web_user_is_recognised_by_identity_and_linked(client, provider):
    holder = vanina()

    response = come_back(client, provider, "vanina")

    assert response["Location"] == "/tableau-de-bord/"
    assert signed_in_user(client) == holder.user
    link = SocialAccount.objects.get()
    assert (link.user, link.extra_data) == (holder.user, {})
    assert Notification.objects.filter(recipient=holder.user.email).count() == 1


def test_second_sign_in_finds_the_subject_even_when_the_identity_changed(client, provider):
    holder = vanina()
    come_back(client, provider, "vanina")
    client.logout()
    holder.birth_name = "Autrement"
    holder.save()

    come_back(client, provider, "vanina")

    assert signed_in_user(client) == holder.user
    assert SocialAccount.objects.count() == 1


def test_page_asked_for_before_the_sign_in_is_where_one_lands(client, provider):
    vanina()

    response = come_back(client, provider, "vanina", next="/mes-droits/")

    assert response["Location"] == "/mes-droits/"


def test_page_of_another_site_is_not_where_one_lands(client, provider):
    vanina()

    response = come_back(client, provider, "vanina", next="https://ailleurs.test/")

    assert response["Location"] == "/tableau-de-bord/"


def test_identity_of_two_holders_links_nothing_and_shows_the_paper_way(client, provider, caplog):
    vanina(), vanina(birth_country_code="", nir=None)

    response = come_back(client, provider, "vanina")

    assert response.status_code == 409
    assert "ne désigne pas un seul compte" in text_of(response)
    assert "par courrier" in text_of(response)
    assert signed_in_user(client) is None
    assert not SocialAccount.objects.exists()
    assert reasons(caplog) == ["identity_ambiguous"]


def test_same_email_as_an_account_is_no_reason_to_open_it(client, provider):
    # The provider is not even asked for an address: whoever has this one opens nothing by it.
    other = HolderFactory(user__email="vanina@exemple.test", birth_name="Autre")

    response = come_back(client, provider, "vanina")

    assert response["Location"] == "/inscription/franceconnect/"
    assert signed_in_user(client) is None
    assert not SocialAccount.objects.filter(user=other.user).exists()


def test_newcomer_gives_an_address_and_receives_their_account_once_it_is_confirmed(client, provider):
    holder = vanina(user=None)
    come_back(client, provider, "vanina")
    client.post("/inscription/franceconnect/", {"email": "vanina@exemple.test"})
    user = User.objects.get(email="vanina@exemple.test")
    user.emailaddress_set.update(verified=True)

    come_back(client, provider, "vanina")

    holder.refresh_from_db()
    assert signed_in_user(client) == user
    assert holder.user == user
    assert not user.has_usable_password()


def test_stranger_receives_a_user_and_no_holder(client, provider):
    come_back(client, provider, "hugo")
    client.post("/inscription/franceconnect/", {"email": "hugo@exemple.test"})
    User.objects.get(email="hugo@exemple.test").emailaddress_set.update(verified=True)

    come_back(client, provider, "hugo")

    assert signed_in_user(client).email == "hugo@exemple.test"
    assert not hasattr(signed_in_user(client), "holder")


def test_deceased_holder_is_nobody(client, provider):
    vanina(deceased_on="2024-01-01")

    response = come_back(client, provider, "vanina")

    assert response["Location"] == "/inscription/franceconnect/"


# Linking ----------------------------------------------------------------------------------------
def test_link_from_the_account_page_opens_the_account_next_time(client, provider):
    holder = vanina()
    sign_in_by_password(client, holder)

    response = link_account(client, provider, "vanina")

    assert response["Location"] == LINK
    assert SocialAccount.objects.get().user == holder.user
    assert "est lié à FranceConnect depuis" in text_of(client.get(LINK))


def test_link_with_the_identity_of_another_is_refused(client, provider, caplog):
    holder = vanina()
    sign_in_by_password(client, holder)

    response = link_account(client, provider, "hugo")

    assert response.status_code == 409
    assert "n’est pas celle de votre compte" in text_of(response)
    assert not SocialAccount.objects.exists()
    assert signed_in_user(client) == holder.user
    assert reasons(caplog) == ["identity_other"]


def test_link_already_held_by_another_user_is_refused(client, provider):
    vanina()
    come_back(client, provider, "vanina")
    client.logout()
    other = HolderFactory()
    sign_in_by_password(client, other)

    response = link_account(client, provider, "vanina")

    assert response.status_code == 409
    assert SocialAccount.objects.get().user != other.user


def test_unlinking_leaves_the_password(client, provider):
    holder = vanina()
    sign_in_by_password(client, holder)
    link_account(client, provider, "vanina")

    client.post(f"{LINK}dissocier/")

    assert not SocialAccount.objects.exists()


def test_unlinking_the_only_way_in_is_refused(client, provider):
    holder = vanina()
    come_back(client, provider, "vanina")
    holder.user.set_unusable_password()
    holder.user.save()
    client.force_login(holder.user)

    response = client.post(f"{LINK}dissocier/")

    assert response.status_code == 409
    assert "seul moyen d’entrer" in text_of(response)
    assert SocialAccount.objects.exists()


# Leaving ----------------------------------------------------------------------------------------
def test_logout_closes_both_sessions_and_comes_back(client, provider):
    vanina()
    come_back(client, provider, "vanina")

    leaving = client.post("/deconnexion/")
    there = httpx.get(leaving["Location"], verify=NOBODY_TRUSTED)
    back = client.get(local_path(there.headers["Location"]), follow=True)

    assert leaving["Location"].startswith(f"{provider.issuer}/logout?id_token_hint=")
    assert signed_in_user(client) is None
    assert there.headers["Location"].startswith("http://127.0.0.1:")
    assert "déconnecté de ce site et de FranceConnect" in text_of(back)


def test_logout_after_a_password_stays_here(client, provider):
    sign_in_by_password(client, vanina())

    assert client.post("/deconnexion/")["Location"] == "/"


def test_logout_works_while_franceconnect_is_down(client, provider, settings):
    vanina()
    come_back(client, provider, "vanina")
    settings.FRANCECONNECT_ISSUER = "http://127.0.0.1:9"

    response = client.post("/deconnexion/")

    assert response["Location"] == "/"
    assert signed_in_user(client) is None


# Off and down -----------------------------------------------------------------------------------
def test_button_is_on_the_page_and_says_that_it_is_development(client, provider):
    page = text_of(client.get("/connexion/"))

    assert 'class="fr-connect"' in page
    assert "Développement" in page


def test_without_settings_there_is_neither_button_nor_way(client, settings):
    settings.FRANCECONNECT_ISSUER = ""

    assert "fr-connect" not in text_of(client.get("/connexion/"))
    assert client.post(START).status_code == 404
    assert client.get("/connexion/franceconnect/retour/?code=1&state=2").status_code == 404


def test_provider_down_is_said(client, settings, provider, caplog):
    settings.FRANCECONNECT_ISSUER = "http://127.0.0.1:9"

    response = client.post(START)

    assert response.status_code == 503
    assert "momentanément indisponible" in text_of(response)
    assert reasons(caplog) == ["unavailable"]


def sign_in_by_password(client, holder):
    response = client.post("/connexion/", {"login": holder.user.email, "password": PASSWORD})
    assert response.status_code == 302


def reasons(caplog):
    return [record.reason for record in caplog.records if record.message == "franceconnect_refused"]
