"""A key is replaced without a stop: during the change everything is read, after it the old key is useless."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.services.holders import find_holder_by_nir
from accounts.tasks import deliver_notifications
from cpa_portal.kernel.encryption import generate_secret
from tests.support.factories.accounts import HolderFactory, UserFactory

NIR = "185017505600149"

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(client):
    holder = HolderFactory(nir=NIR)
    user = UserFactory(administrator=True)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(user)
    client.post("/mot-de-passe/oubli/", {"email": holder.user.email})
    return holder, user


def put_new_keys_first(settings):
    settings.FIELD_ENCRYPTION_KEYS = [generate_secret(), *settings.FIELD_ENCRYPTION_KEYS]
    settings.NIR_HASH_KEYS = [generate_secret(), *settings.NIR_HASH_KEYS]


def withdraw_old_keys(settings):
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    settings.NIR_HASH_KEYS = settings.NIR_HASH_KEYS[:1]


def test_rotate_keys_moves_everything_so_that_the_old_ones_can_go(settings, stored):
    holder, user = stored
    codes = RecoveryCodes(
        user.authenticator_set.get(type=Authenticator.Type.RECOVERY_CODES)
    ).get_unused_codes()
    put_new_keys_first(settings)

    call_command("rotate_keys")
    withdraw_old_keys(settings)
    deliver_notifications()

    assert find_holder_by_nir(NIR) == holder
    assert holder.nirs.get().nir == NIR
    after = RecoveryCodes(user.authenticator_set.get(type=Authenticator.Type.RECOVERY_CODES))
    assert after.get_unused_codes() == codes
    assert len(mail.outbox) == 1


def test_rotate_keys_twice_rewrites_once(settings, stored, capsys):
    put_new_keys_first(settings)

    call_command("rotate_keys")
    call_command("rotate_keys")

    first, second = capsys.readouterr().out.split("\n")[:2]
    assert first.startswith("4 ligne(s)")
    assert second.startswith("0 ligne(s)")


def test_rotate_keys_with_a_key_withdrawn_too_early_says_which_rows(settings, stored):
    put_new_keys_first(settings)
    withdraw_old_keys(settings)

    with pytest.raises(CommandError, match="accounts_holdernir:") as refusal:
        call_command("rotate_keys")

    assert NIR not in str(refusal.value)


def test_second_factor_seed_is_not_stored_in_clear(stored):
    with connection.cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator")
        stored_text = "".join(row[0] for row in cursor.fetchall())

    assert "JBSWY3DPEHPK3PXP" not in stored_text
