"""What allauth shows and sends: in French, in the house style, in text and in HTML."""

import html
import re

import pytest
from django.core import mail
from django.template.loader import render_to_string
from lxml import html as lxml_html

from accounts.tasks import deliver_notifications
from tests.support.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

ENGLISH = re.compile(
    r"\b(your|please|click|password|account|sign|email|hello|thank|yes|no|user)\b", re.IGNORECASE
)
ADDRESSES = re.compile(r"https?://\S+|\S+@\S+")


@pytest.fixture
def sent():
    def deliver():
        deliver_notifications()
        [message] = mail.outbox
        [alternative] = message.alternatives
        return message, lxml_html.fromstring(alternative.content)

    return deliver


def words_of(text: str) -> str:
    return ADDRESSES.sub("", text)


def assert_in_house_style(message, page):
    text = page.findtext("body/header").strip()
    assert text == "Mon compte personnel d'activité"
    assert page.get("lang") == "fr"
    assert len(page.findall(".//h1")) == 1
    assert "Nous ne demandons jamais votre mot de passe" in message.body
    assert message.subject == message.subject.strip()
    for part in (message.subject, message.body, page.find("body").text_content()):
        assert ENGLISH.findall(words_of(part)) == []


def test_sign_up_message_invites_to_confirm(client, sent):
    client.post("/inscription/", {"email": "a@exemple.test", "password1": PASSWORD, "password2": PASSWORD})

    message, page = sent()

    [action] = page.xpath("//a[@class='action']")
    assert action.get("href") in message.body
    assert_in_house_style(message, page)


def test_sign_up_with_a_known_address_tells_its_owner_only(client, sent):
    user = UserFactory()
    client.post("/inscription/", {"email": user.email, "password1": PASSWORD, "password2": PASSWORD})

    message, page = sent()

    assert message.subject == "Vous avez déjà un compte"
    assert_in_house_style(message, page)


@pytest.mark.parametrize(
    ("known", "subject"),
    [(True, "Choisissez un nouveau mot de passe"), (False, "Aucun compte à cette adresse")],
)
def test_password_reset_message(client, sent, known, subject):
    address = UserFactory().email if known else "inconnue@exemple.test"
    client.post("/mot-de-passe/oubli/", {"email": address})

    message, page = sent()

    assert message.subject == subject
    assert_in_house_style(message, page)


def test_password_change_is_notified_with_what_to_do_if_it_was_not_you(client, sent):
    user = UserFactory()
    client.force_login(user)
    client.post("/connexion/", {"login": user.email, "password": PASSWORD})
    chosen = "une-toute-autre-phrase"
    client.post(
        "/mon-compte/mot-de-passe/", {"oldpassword": PASSWORD, "password1": chosen, "password2": chosen}
    )

    message, page = sent()

    assert message.subject == "Votre mot de passe a été changé"
    assert "/mon-compte/mot-de-passe/" in message.body
    assert_in_house_style(message, page)


def test_message_without_a_request_still_wears_the_house_style(settings):
    settings.SUPPORT_EMAIL = "aide@cpa.example"
    settings.SUPPORT_PHONE = "01 02 03 04 05"

    page = html.unescape(render_to_string("emails/base.html", {}))
    text = render_to_string("emails/base.txt", {})

    for written in (page, text):
        assert "Mon compte personnel d'activité" in written
        assert written.index("aide@cpa.example") < written.index("01 02 03 04 05")


def test_wrong_password_is_told_in_the_summary_and_the_address_kept(client):
    response = client.post("/connexion/", {"login": "a@exemple.test", "password": "faux"})

    page = lxml_html.fromstring(response.content.decode())
    [problem] = page.xpath("//*[@id='form-problems']//li")
    assert "mot de passe" in problem.text_content()
    assert page.get_element_by_id("id_login").get("value") == "a@exemple.test"
    assert page.get_element_by_id("id_password").get("value") is None


@pytest.mark.parametrize(
    "path",
    [
        "/connexion/",
        "/inscription/",
        "/mot-de-passe/oubli/",
        "/mot-de-passe/oubli/envoye/",
        "/mot-de-passe/change/",
        "/adresse/verification/",
        "/adresse/verification/lien-perime/",
        "/mot-de-passe/nouveau/abc-perime/",
        "/compte-inactif/",
    ],
)
def test_screen_on_the_way_in_is_french(client, path):
    response = client.get(path, follow=True)

    assert_french_page(response)


@pytest.mark.parametrize(
    "path",
    [
        "/deconnexion/",
        "/mon-compte/adresse/",
        "/mon-compte/mot-de-passe/",
        "/mon-compte/double-authentification/",
        "/mon-compte/double-authentification/application/activer/",
        "/mon-compte/connexions/",
        "/mon-compte/identite/",
    ],
)
def test_screen_of_the_account_is_french(client, path):
    user = UserFactory()
    client.post("/connexion/", {"login": user.email, "password": PASSWORD})

    response = client.get(path, follow=True)

    assert_french_page(response)


def assert_french_page(response):
    assert response.status_code == 200
    page = lxml_html.fromstring(response.content.decode())
    [main] = page.xpath("//main")
    assert len(main.findall(".//h1")) == 1
    assert page.findtext("head/title").endswith(" – Mon compte personnel d'activité")
    assert ENGLISH.findall(words_of(main.text_content())) == []
