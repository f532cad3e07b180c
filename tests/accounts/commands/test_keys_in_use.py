"""Before a former key is removed, the command says what still needs it, in every room."""

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import BinaryField

from accounts.selectors.encrypted_columns import encrypted_columns
from accounts.services.notifications import notify
from agora_sync.models import TraceSeal
from cpa_portal.kernel.encryption import EncryptedCharField, encrypt, generate_secret
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db


def put_new_keys_first(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [generate_secret(), *settings.FIELD_ENCRYPTION_KEYS]
    settings.NIR_HASH_KEYS = [generate_secret(), *settings.NIR_HASH_KEYS]


def refused() -> str:
    output = StringIO()
    with pytest.raises(CommandError, match="ancienne clé"):
        call_command("keys_in_use", stdout=output)
    return output.getvalue()


def accepted() -> str:
    output = StringIO()
    call_command("keys_in_use", stdout=output)
    return output.getvalue()


def test_keys_in_use_without_a_former_key_needs_none() -> None:
    HolderFactory.create_batch(2)

    assert "accounts_holdernir.nir : 0 ligne(s)" in accepted()


def test_keys_in_use_before_rotation_counts_values_and_hashes(settings: Any) -> None:
    HolderFactory.create_batch(2)
    put_new_keys_first(settings)
    HolderFactory()

    output = refused()

    assert "accounts_holdernir.nir : 2 ligne(s)" in output
    assert "accounts_holdernir.nir_hash : 2 ligne(s)" in output


def test_keys_in_use_after_rotation_lets_the_former_keys_go(settings: Any) -> None:
    HolderFactory.create_batch(2)
    put_new_keys_first(settings)
    call_command("rotate_keys", stdout=StringIO())

    assert "accounts_holdernir.nir : 0 ligne(s)" in accepted()


def test_keys_in_use_sees_a_message_sealed_by_hand(settings: Any) -> None:
    sealed = encrypt("un lien de connexion")
    notify(kind="sign_in_message", recipient="a@exemple.test", dedup_key="k", context={"sealed": sealed})
    put_new_keys_first(settings)

    assert "accounts_notification.context : 1 ligne(s)" in refused()


def test_every_encrypted_column_of_every_room_is_watched() -> None:
    """What says it is encrypted in its label is an encrypted field, or is listed in settings.SEALED_COLUMNS."""
    watched = {(column.model, column.field_name) for column in encrypted_columns()}
    encrypted = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedCharField | BinaryField) or "(chiffré" in str(field.verbose_name)
    }

    # Digests of what is encrypted elsewhere: there is nothing in them to decrypt.
    digests = {(TraceSeal, "entries")}
    assert encrypted
    assert encrypted - digests <= watched
