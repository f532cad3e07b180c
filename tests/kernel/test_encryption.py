"""Encryption of fields and keyed hashes: rotation without a stop, nothing readable elsewhere."""

import pickle

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from cpa_portal.kernel.encryption import (
    KEYED_HASH_LENGTH,
    EncryptedCharField,
    SensitiveStr,
    UnreadableToken,
    check_secrets,
    decrypt,
    encrypt,
    generate_secret,
    keyed_hash,
    keyed_hashes,
    needs_reencryption,
    needs_rehash,
    reencrypt,
)
from cpa_portal.kernel.identifiers import fictitious_nir

NIR = fictitious_nir(1)
OLD, NEW = generate_secret(), generate_secret()


with isolate_apps("cpa_portal.kernel"):

    class Vault(models.Model):
        """A model without a table, unknown to the project, to exercise the field."""

        number = EncryptedCharField("numéro", max_length=15)

        class Meta:
            app_label = "kernel"

        def __str__(self) -> str:
            return str(self.pk)


@pytest.fixture(autouse=True)
def _old_keys(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    settings.NIR_HASH_KEYS = [OLD]


@given(st.text())
def test_encrypt_any_text_comes_back_the_same(value):
    assert decrypt(encrypt(value)) == value


def test_encrypt_twice_gives_two_tokens_without_the_value():
    first, second = encrypt(NIR), encrypt(NIR)

    assert first != second
    assert NIR not in first
    assert first.isascii()


def test_decrypt_after_rotation_reads_the_old_key_and_writes_the_new(settings):
    old_token = encrypt(NIR)

    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    new_token = encrypt(NIR)

    assert decrypt(old_token) == decrypt(new_token) == NIR
    assert needs_reencryption(old_token)
    assert not needs_reencryption(new_token)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert decrypt(new_token) == NIR
    with pytest.raises(UnreadableToken, match="FIELD_ENCRYPTION_KEYS"):
        decrypt(old_token)


def test_reencrypt_an_old_token_can_do_without_the_old_key(settings):
    token = encrypt(NIR)

    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    moved = reencrypt(token)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]

    assert decrypt(moved) == NIR
    assert reencrypt(moved) == moved


def test_needs_reencryption_of_the_empty_text_is_false():
    assert not needs_reencryption("")


@pytest.mark.parametrize("position", [0, 5, 12, 20, -2])
def test_decrypt_an_altered_token_is_refused_without_showing_it(position):
    token = list(encrypt(NIR))
    token[position] = "A" if token[position] != "A" else "B"

    with pytest.raises(UnreadableToken) as refusal:
        decrypt("".join(token))

    assert "".join(token)[12:] not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("value", ["", NIR, "v1.abc", "v1.00000000.AAAA", "v1.a.b.c", "v1..", "é"])
def test_decrypt_what_is_no_token_is_refused(value):
    with pytest.raises(UnreadableToken):
        decrypt(value)


def test_decrypt_a_token_too_short_for_a_nonce_is_refused():
    prefix = encrypt(NIR).rsplit(".", 1)[0]

    for body in ("", "AAAA", "A"):
        with pytest.raises(UnreadableToken):
            decrypt(f"{prefix}.{body}")


def test_decrypt_a_token_moved_under_the_name_of_another_key_is_refused(settings):
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    new_prefix = encrypt(NIR).rsplit(".", 1)[0]
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    body = encrypt(NIR).rsplit(".", 1)[1]
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]

    with pytest.raises(UnreadableToken):
        decrypt(f"{new_prefix}.{body}")


def test_keyed_hash_is_stable_named_and_bounded():
    stored = keyed_hash(NIR)

    assert stored == keyed_hash(NIR)
    assert stored != keyed_hash(fictitious_nir(2))
    assert len(stored) == KEYED_HASH_LENGTH
    assert NIR not in stored


def test_keyed_hashes_during_rotation_find_rows_of_both_keys(settings):
    stored_before = keyed_hash(NIR)

    settings.NIR_HASH_KEYS = [NEW, OLD]
    stored_after = keyed_hash(NIR)

    assert keyed_hashes(NIR) == [stored_after, stored_before]
    assert stored_after != stored_before
    assert needs_rehash(stored_before)
    assert not needs_rehash(stored_after)


def test_one_secret_in_both_settings_gives_unrelated_names(settings):
    settings.FIELD_ENCRYPTION_KEYS = settings.NIR_HASH_KEYS = [OLD]

    assert encrypt(NIR).split(".")[1] != keyed_hash(NIR).split(":")[0]


@pytest.mark.parametrize("usage", ["FIELD_ENCRYPTION_KEYS", "NIR_HASH_KEYS"])
@pytest.mark.parametrize("keys", [[], ["short"], [OLD, OLD]])
def test_keys_of_a_wrong_setting_name_it_and_show_no_secret(settings, usage, keys):
    setattr(settings, usage, keys)

    with pytest.raises(ImproperlyConfigured) as refusal:
        encrypt(NIR) if usage == "FIELD_ENCRYPTION_KEYS" else keyed_hash(NIR)

    assert usage in str(refusal.value)
    assert OLD not in str(refusal.value)
    assert "short" not in str(refusal.value)


def test_check_secrets_accepts_text_and_bytes():
    check_secrets([OLD, NEW.encode()])


def test_encrypted_field_stores_a_token_and_reads_the_value():
    field = Vault._meta.get_field("number")

    stored = field.get_prep_value(NIR)

    assert stored != NIR
    assert decrypt(stored) == NIR
    assert field.from_db_value(stored, None, None) == NIR
    assert field.db_parameters(connection=_postgresql())["type"] == "text"


@pytest.mark.parametrize("value", ["", None])
def test_encrypted_field_keeps_empty_as_it_is(value):
    field = Vault._meta.get_field("number")

    assert field.get_prep_value(value) == value
    assert field.from_db_value(value, None, None) == value


@pytest.mark.parametrize("lookup", ["number", "number__startswith", "number__in", "number__gt"])
def test_encrypted_field_searched_by_value_is_refused(lookup):
    with pytest.raises(FieldError):
        Vault.objects.filter(**{lookup: [NIR] if lookup.endswith("in") else NIR})


def test_encrypted_field_searched_by_null_is_accepted():
    assert "IS NULL" in str(Vault.objects.filter(number__isnull=True).query)


def test_encrypted_field_shows_in_no_repr():
    vault = Vault(number=NIR)
    read_back = Vault._meta.get_field("number").from_db_value(encrypt(NIR), None, None)

    shown = repr([vault, vault.__dict__, read_back, {"nir": vault.number}])

    assert NIR not in shown
    assert vault.number == NIR
    assert f"{vault.number}" == NIR


def test_encrypted_field_dumped_gives_a_token_and_refuses_it_back():
    field = Vault._meta.get_field("number")

    dumped = field.value_to_string(Vault(number=NIR))

    assert NIR not in dumped
    assert decrypt(dumped) == NIR
    with pytest.raises(ValidationError):
        field.to_python(dumped)


def test_encrypted_field_longer_than_its_bound_is_refused():
    with pytest.raises(ValidationError):
        Vault._meta.get_field("number").clean(NIR + "0", None)


def test_encrypted_field_in_a_form_is_one_line():
    assert "textarea" not in Vault._meta.get_field("number").formfield().widget.render("number", "")


def test_encrypted_field_in_a_migration_keeps_its_arguments():
    _, path, args, kwargs = Vault._meta.get_field("number").deconstruct()

    assert path == "cpa_portal.kernel.encryption.fields.EncryptedCharField"
    assert args == []
    assert kwargs == {"verbose_name": "numéro", "max_length": 15}


def test_sensitive_text_survives_a_pickle_and_stays_discreet():
    value = pickle.loads(pickle.dumps(SensitiveStr(NIR)))  # noqa: S301 - our own bytes

    assert value == NIR
    assert NIR not in repr(value)


def _postgresql():
    from django.db import connection

    return connection
