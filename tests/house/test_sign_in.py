"""The session that a test opens for its client holds what the client held before, unless it was somebody else's."""

import pytest
from django.contrib.auth import SESSION_KEY

from tests.support.factories.accounts import UserFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db


def test_what_a_visitor_held_stays_after_signing_in(client):
    held = client.session
    held["basket"] = "soudeur"
    held.save()
    user = UserFactory()

    client.force_login(user)
    sign_in(client, user)

    assert client.session["basket"] == "soudeur"
    assert client.session[SESSION_KEY] == str(user.pk)


def test_what_somebody_else_held_is_forgotten(client):
    client.force_login(UserFactory())
    held = client.session
    held["basket"] = "soudeur"
    held.save()
    user = UserFactory()

    client.force_login(user)

    assert "basket" not in client.session
    assert client.session[SESSION_KEY] == str(user.pk)
