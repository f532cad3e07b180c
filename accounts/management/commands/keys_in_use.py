from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts.selectors.encrypted_columns import encrypted_columns, rows_under_former_keys


class Command(BaseCommand):
    help = (
        "Compte, colonne par colonne, ce qui a encore besoin d'une ancienne clé de FIELD_ENCRYPTION_KEYS ou de "
        "NIR_HASH_KEYS. Sort avec 1 tant qu'il en reste : l'ancienne clé ne doit pas être retirée."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        needed = False
        for column in encrypted_columns():
            count = rows_under_former_keys(column)
            needed = needed or count > 0
            self.stdout.write(f"{column.label} : {count} ligne(s) sous une ancienne clé")
        if needed:
            raise CommandError("une ancienne clé reste nécessaire : ne la retirez pas encore")
