from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agora_sync import demo
from agora_sync.pki.development import issue_files


class Command(BaseCommand):
    help = "Write the certificates of the development authority; what exists is kept."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--endpoint", default="", help="address written in partner.json")

    def handle(self, *args: Any, **options: Any) -> None:
        partners = demo.announced_partners(
            recipient=settings.AGORA_RECIPIENT or demo.RECIPIENT,
            audience=settings.AGORA_AUDIENCE or demo.AUDIENCE,
            endpoint=options["endpoint"] or settings.AGORA_ENDPOINT_URL or "https://127.0.0.1:8443/agora/v1/",
        )
        try:
            written = issue_files(options["folder"], now=timezone.now(), partners=partners)
        except OSError as problem:
            raise CommandError(f"{options['folder']}: {problem.strerror}") from None
        if options["verbosity"] > 1 or written:
            self.stdout.write(f"{len(written)} files written in {options['folder']}")
