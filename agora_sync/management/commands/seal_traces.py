from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agora_sync.services.sealing import seal_everything_written


class Command(BaseCommand):
    help = "Scelle les traces écrites jusqu’ici. Le portail le fait de lui-même toutes les dix secondes."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sealed = seal_everything_written()
        except TimeoutError as problem:
            raise CommandError(f"seal_traces : une transaction est encore en cours ({problem})") from None
        self.stdout.write(f"seal_traces : {sealed} traces scellées")
