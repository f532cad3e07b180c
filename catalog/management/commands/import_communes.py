from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from catalog.exceptions import CatalogRefusal
from catalog.services.gazetteer_import import import_communes


class Command(BaseCommand):
    help = "Importe les communes de France (CSV, éventuellement .gz), avec les régions et les départements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = import_communes(path=options["file"], today=timezone.localdate())
        except CatalogRefusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"{run.position} communes lues : {run.created} créées, {run.changed} modifiées, {run.closed} retirées."
        )
