"""The screens of the second factor, walked as their owner walks them, with a real one-time code."""

import base64
import hmac
import struct
import time

import pytest
import time_machine
from django.test import Client
from lxml import html as lxml_html

from tests.look.test_account_messages import assert_french_page
from tests.support.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

HOME = "/mon-compte/double-authentification/"


def one_time_code(secret: str) -> str:
    """RFC 6238 with its usual values: SHA-1, thirty seconds, six digits."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


@pytest.fixture(autouse=True)
def still_clock():
    """A code lasts thirty seconds: the clock stands, so that none ends between two lines."""
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.fixture
def owner(client: Client) -> Client:
    """Signed in, and having just said who they are once more."""
    user = UserFactory()
    client.post("/connexion/", {"login": user.email, "password": PASSWORD})
    client.post("/mon-compte/identite/", {"password": PASSWORD})
    client.user = user
    return client


def activated(client: Client) -> str:
    """Activate the second factor through its form; the shared secret."""
    page = lxml_html.fromstring(client.get(HOME + "application/activer/").content.decode())
    [secret] = page.xpath("//main//code/text()")
    response = client.post(HOME + "application/activer/", {"code": one_time_code(secret)})
    assert response.status_code == 302
    return secret


def test_activation_screen_gives_the_key_in_writing_beside_the_drawing(owner):
    response = owner.get(HOME + "application/activer/")

    assert_french_page(response)
    page = lxml_html.fromstring(response.content.decode())
    [drawing] = page.xpath("//main//img")
    assert drawing.get("src").startswith("data:image/svg+xml")
    assert drawing.get("alt")


def test_screens_after_activation_are_french(owner):
    activated(owner)

    for path in (
        "",
        "?requise=oui",
        "codes-de-secours/",
        "codes-de-secours/nouveaux/",
        "application/desactiver/",
        "cles/",
        "cles/ajouter/",
    ):
        assert_french_page(owner.get(HOME + path))


def test_sign_in_then_asks_for_the_code_and_accepts_it(owner):
    secret = activated(owner)
    visitor = Client()

    asked = visitor.post("/connexion/", {"login": owner.user.email, "password": PASSWORD}, follow=True)
    assert_french_page(asked)
    assert asked.redirect_chain[-1][0].startswith(HOME + "code/")
    refused = visitor.post(HOME + "code/", {"code": "000000"})
    assert_french_page(refused)
    recovery = lxml_html.fromstring(owner.get(HOME + "codes-de-secours/").content.decode())
    spare = recovery.xpath("//main//li/code/text()")[0]
    accepted = visitor.post(HOME + "code/", {"code": spare})

    assert accepted.status_code == 302
    assert "_auth_user_id" in visitor.session
    assert secret not in accepted.headers["Location"]
