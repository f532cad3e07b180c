"""Where encrypted values and keyed hashes lie in every room, and which still need a key that was replaced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db.models import BinaryField, F, Model, Q, TextField
from django.db.models.functions import Cast

from cpa_portal.kernel.encryption import EncryptedCharField
from cpa_portal.kernel.encryption.cipher import token_prefix
from cpa_portal.kernel.encryption.keys import keys_for


@dataclass(frozen=True)
class EncryptedColumn:
    """A column of encrypted values, or of keyed hashes when `is_hash`."""

    model: type[Model]
    field_name: str
    is_hash: bool = False

    @property
    def label(self) -> str:
        return f"{self.model._meta.db_table}.{self.field_name}"


def encrypted_columns() -> Iterator[EncryptedColumn]:
    """Every encrypted field of every room with the hash beside it, then the columns of settings.SEALED_COLUMNS."""
    for model in apps.get_models():
        fields = {field.name: field for field in model._meta.concrete_fields}
        for name, field in fields.items():
            if isinstance(field, EncryptedCharField):
                yield EncryptedColumn(model, name)
                if f"{name}_hash" in fields:
                    yield EncryptedColumn(model, f"{name}_hash", is_hash=True)
    for dotted in settings.SEALED_COLUMNS:
        label, _, name = dotted.rpartition(".")
        yield EncryptedColumn(apps.get_model(label), name)


def rows_under_former_keys(column: EncryptedColumn) -> int:
    """How many rows were written under a configured key that is not the current one. Reads the whole table."""
    marks = _former_hash_marks() if column.is_hash else _former_token_marks()
    former = Q(pk__in=[])
    for mark in marks:
        former |= Q(stored__contains=_as_stored(column, mark))
    rows = column.model._base_manager.annotate(stored=Cast(F(column.field_name), TextField()))
    return int(rows.filter(former).count())


def _former_token_marks() -> list[str]:
    return [token_prefix(key) for key in keys_for("field-encryption")[1:]]


def _former_hash_marks() -> list[str]:
    return [f"{key.id}:" for key in keys_for("keyed-hash")[1:]]


def _as_stored(column: EncryptedColumn, mark: str) -> str:
    # PostgreSQL shows bytes as hexadecimal once cast to text.
    is_binary = isinstance(column.model._meta.get_field(column.field_name), BinaryField)
    return mark.encode().hex() if is_binary else mark
