from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.key_rotation import rotate_stored_keys


class Command(BaseCommand):
    help = "Réécrit sous les clés courantes tout ce qui est chiffré ou haché, tables en ajout seul exceptées."

    def handle(self, *args: Any, **options: Any) -> None:
        report = rotate_stored_keys()
        self.stdout.write(f"{report.rewritten} ligne(s) réécrite(s).")
        if report.unreadable:
            raise CommandError(f"Aucune clé configurée ne lit : {', '.join(report.unreadable[:20])}")
