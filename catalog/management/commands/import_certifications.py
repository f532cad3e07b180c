from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from catalog.exceptions import CatalogRefusal
from catalog.services.certification_import import import_certifications


class Command(BaseCommand):
    help = (
        "Importe certifications, blocs de compétences et métiers. Chaque fichier est reconnu à son en-tête ; "
        "les tables livrées sont dans catalog/data/."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, metavar="FILE", nargs="+")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = import_certifications(paths=options["files"], today=timezone.localdate())
        except CatalogRefusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"{run.position} lignes lues : certifications {run.created} créées, {run.changed} modifiées, "
            f"{run.closed} retirées."
        )
