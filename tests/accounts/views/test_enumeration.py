"""Nobody learns from outside whether an address has an account: same answer, same page, same work."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from accounts.models import Notification, User
from tests.support.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

KNOWN = "connue@exemple.test"
UNKNOWN = "absente@exemple.test"
# What changes from one page to the next whatever the address: the anti-forgery token, and the address typed.
VARYING = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*|' + f"{KNOWN}|{UNKNOWN}")


class CountingHasher(MD5PasswordHasher):
    algorithm = "counting"
    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def known_user():
    return UserFactory(email=KNOWN)


def answer(path, fields):
    """Status, address of each step and text of the last page, as a visitor without history sees them."""
    response = Client().post(path, fields, follow=True)
    return response.status_code, response.redirect_chain, VARYING.sub(r"\1", response.content.decode())


def test_sign_in_answers_alike():
    known, unknown = (
        answer("/connexion/", {"login": email, "password": "une-autre-phrase"}) for email in (KNOWN, UNKNOWN)
    )

    assert known == unknown
    assert known[0] == 200


def test_sign_in_of_a_disabled_account_with_a_wrong_password_answers_alike(known_user):
    known_user.is_active = False
    known_user.save()

    test_sign_in_answers_alike()


def test_sign_in_blocked_after_failures_answers_alike():
    for email in (KNOWN, UNKNOWN):
        for _ in range(6):
            last = answer("/connexion/", {"login": email, "password": "une-autre-phrase"})
        if email == KNOWN:
            known = last

    assert known == last


def test_password_reset_answers_alike_and_writes_one_message_each():
    known, unknown = (answer("/mot-de-passe/oubli/", {"email": email}) for email in (KNOWN, UNKNOWN))

    assert known == unknown
    assert sorted(Notification.objects.values_list("recipient", flat=True)) == sorted([KNOWN, UNKNOWN])


def test_sign_up_answers_alike_and_writes_one_message_each():
    known, unknown = (
        answer("/inscription/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})
        for email in (KNOWN, UNKNOWN)
    )

    assert known == unknown
    assert sorted(Notification.objects.values_list("recipient", flat=True)) == sorted([KNOWN, UNKNOWN])


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/connexion/", {"login": None, "password": "une-autre-phrase"}),
        ("/inscription/", {"email": None, "password1": PASSWORD, "password2": PASSWORD}),
    ],
)
def test_password_is_hashed_once_whether_the_address_is_known_or_not(settings, path, fields, email):
    """Hashing is where the time goes: the count stands for the duration, without a clock."""
    settings.PASSWORD_HASHERS = [f"{CountingHasher.__module__}.{CountingHasher.__qualname__}"]
    user = User.objects.get(email=KNOWN)
    user.set_password(PASSWORD)
    user.save()
    CountingHasher.hashed = 0

    Client().post(path, {name: email if value is None else value for name, value in fields.items()})

    assert CountingHasher.hashed == 1
