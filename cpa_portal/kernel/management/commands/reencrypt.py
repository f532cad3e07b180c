from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from cpa_portal.kernel.database import AppendOnlyModel
from cpa_portal.kernel.encryption import EncryptedCharField, reencrypt_rows


class Command(BaseCommand):
    help = "Réécrit avec les clés courantes les données chiffrées sous une ancienne clé, sans arrêter le portail."

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = sum(self._rotate(model, field) for model, field in encrypted_fields())
        if unreadable:
            raise CommandError(
                f"{unreadable} valeur(s) illisible(s) : une clé encore utilisée manque à FIELD_ENCRYPTION_KEYS."
            )

    def _rotate(self, model: type[Model], field: EncryptedCharField) -> int:
        label = f"{model._meta.label}.{field.name}"
        if issubclass(model, AppendOnlyModel):
            # Nothing may rewrite these rows: their old key is to be kept, last in the list.
            self.stdout.write(f"{label} : table en ajout seul, gardez l’ancienne clé pour la lire")
            return 0
        report = reencrypt_rows(
            model._default_manager.all(), field_name=field.name, hash_field_name=hash_field_of(model, field)
        )
        self.stdout.write(f"{label} : {report.rewritten} réécrite(s), {len(report.unreadable)} illisible(s)")
        return len(report.unreadable)


def encrypted_fields() -> list[tuple[type[Model], EncryptedCharField]]:
    """Every encrypted column of the project, so that a new one is rotated without being listed anywhere."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedCharField)
    ]


def hash_field_of(model: type[Model], field: EncryptedCharField) -> str:
    """By convention the keyed hash of `nir` is `nir_hash`; empty where there is none."""
    name = f"{field.name}_hash"
    return name if any(other.name == name for other in model._meta.concrete_fields) else ""
