"""A new e-mail address waits for the former one; then nothing is spent for three days."""

import json
import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress

from accounts.models import ContactChange, Notification, User
from accounts.selectors.spending import cooling_until
from cpa_portal.kernel.encryption import decrypt
from tests.support.factories.accounts import PASSWORD, HolderFactory

pytestmark = pytest.mark.django_db

ADDRESS, NEW = "/mon-compte/adresse/", "nouvelle@exemple.test"


def message_to(recipient):
    """The text of the last message to an address, as it is sent."""
    row = (
        Notification.objects.filter(recipient=recipient, kind="sign_in_message").order_by("created_at").last()
    )
    return json.loads(decrypt(row.context["sealed"]))["text"] if row else ""


def link_in(text):
    parts = urlsplit(re.search(r"https?://\S+", text)[0])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.fixture
def holder(client):
    holder = HolderFactory()
    client.post("/connexion/", {"login": holder.user.email, "password": PASSWORD})
    confirming = client.post(ADDRESS, {"action_add": "", "email": NEW})
    client.post(confirming["Location"], {"password": PASSWORD})
    return holder


def test_new_address_hears_nothing_before_the_former_agrees(holder):
    assert "nouvelle@exemple.test" in message_to(holder.user.email)
    assert not message_to(NEW)


def test_change_agreed_by_both_is_made_and_opens_the_cooling_period(client, holder):
    former = holder.user.email
    page = client.get(link_in(message_to(former)))
    client.post(link_in(message_to(former)))
    client.post(link_in(message_to(NEW)))

    assert NEW in page.content.decode()
    holder.refresh_from_db()
    assert User.objects.get(pk=holder.user_id).email == NEW
    assert holder.email == NEW
    assert ContactChange.objects.get().applied_at is not None
    assert cooling_until(holder) is not None


def test_looking_at_the_link_agrees_to_nothing(client, holder):
    client.get(link_in(message_to(holder.user.email)))

    assert ContactChange.objects.get().confirmed_on_old_at is None
    assert not message_to(NEW)


def test_new_address_cannot_confirm_alone(client, holder):
    from allauth.account.models import EmailConfirmationHMAC

    waiting = EmailAddress.objects.get(email=NEW)

    client.post(f"/adresse/verification/{EmailConfirmationHMAC(waiting).key}/")

    assert User.objects.get(pk=holder.user_id).email != NEW
    assert not EmailAddress.objects.get(email=NEW).verified


@pytest.mark.parametrize("token", ["", "forge"])
def test_forged_link_is_refused(client, holder, token):
    page = client.post(f"/adresse/changement/?jeton={token}")

    assert "n’est plus valable" in page.content.decode()
    assert ContactChange.objects.get().confirmed_on_old_at is None
