"""The model field that holds an encrypted text."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute
from django.forms import CharField as CharFormField
from django.forms import Field as FormField

from cpa_portal.kernel.encryption.cipher import decrypt, encrypt, is_token


class SensitiveStr(str):
    """A text that works as any other but does not show in repr: debug pages, tracebacks with local
    variables and error reports print the repr of what they find."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "SensitiveStr('•••')"


class _SensitiveAttribute(DeferredAttribute):
    """Wraps what is assigned too, so that a row not yet saved is as discreet as one read back."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = SensitiveStr(value) if isinstance(value, str) else value


# django-stubs makes fields generic for the type checker only.
class EncryptedCharField(models.TextField):  # type: ignore[type-arg]
    """A text stored as an AES-256-GCM token; `max_length` bounds the clear text, in characters.

    The column cannot be searched, ordered or compared: only `isnull` is a lookup, anything else raises
    FieldError. Store a `keyed_hash` beside it to search. The empty text is stored empty.
    """

    description = "Encrypted text"
    descriptor_class = _SensitiveAttribute

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def from_db_value(
        self, value: str | None, expression: Any, connection: BaseDatabaseWrapper
    ) -> str | None:
        return SensitiveStr(decrypt(value)) if value else value

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(str(text)) if text else text

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if isinstance(text, str) and is_token(text):
            # A fixture or a copied row: storing it would encrypt it a second time.
            raise ValidationError("Une valeur déjà chiffrée ne peut pas être saisie.", code="encrypted")
        return SensitiveStr(text) if isinstance(text, str) else text

    def value_to_string(self, obj: models.Model) -> str:
        """What `dumpdata` writes: the token, never the clear text."""
        value = self.value_from_object(obj)
        return encrypt(value) if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def formfield(self, **kwargs: Any) -> FormField | None:  # type: ignore[override]
        return super().formfield(**{"form_class": CharFormField, "widget": None, **kwargs})
