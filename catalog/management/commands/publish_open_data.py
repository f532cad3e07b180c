from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from catalog.services.open_data import folder, publish_open_data


class Command(BaseCommand):
    help = "Écrit maintenant les fichiers de données ouvertes de l'offre, que le planificateur écrit chaque nuit."

    def handle(self, *args: Any, **options: Any) -> None:
        published = publish_open_data(today=timezone.localdate())
        if published is None:
            raise CommandError("Un autre processus les écrit en ce moment.")
        self.stdout.write(
            f"{published['trainings']} formations et {published['sessions']} sessions, dans {folder()}."
        )
