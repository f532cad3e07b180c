from typing import Any

from django.core.management.base import BaseCommand

from catalog.services.search_rebuild import rebuild_search


class Command(BaseCommand):
    help = "Écrit de nouveau tout ce que la recherche lit. À lancer après une mise à jour."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild_search()} formations peuvent être cherchées.")
