"""A new e-mail address waits for the former one; then nothing is spent for three days."""

import json
import re
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.enums import ContactKind
from accounts.models import ContactChange, Notification, User
from accounts.selectors.spending import cooling_until
from accounts.services.contact_changes import ASKED_PER_DAY
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
    change = ContactChange.objects.get()
    assert (change.old_value, change.applied_at is not None) == (former, True)
    assert cooling_until(holder) is not None
    # The former address hears of it last: nobody takes it away in silence.
    assert NEW in message_to(former)
    assert "est passée de" in message_to(former)


def test_sixth_wish_of_the_day_is_refused_on_the_page_and_sends_nothing(client, holder):
    for rank in range(ASKED_PER_DAY - 1):
        ContactChange.objects.create(
            user=holder.user,
            what=ContactKind.PHONE,
            new_value=f"07 00 00 00 0{rank}",
            refused_at=timezone.now(),
        )
    sent = Notification.objects.count()

    page = client.post(
        ADDRESS, {"action_add": "", "email": "autre@exemple.test"}, follow=True
    ).content.decode()

    assert "Attendez demain" in page
    assert Notification.objects.count() == sent


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
