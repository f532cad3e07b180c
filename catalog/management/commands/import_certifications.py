from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from catalog.exceptions import CatalogRefusal
from catalog.models import ImportRun
from catalog.services.certification_import import import_certifications
from catalog.services.register_import import check_register, import_register, is_register_export
from catalog.services.report import report_file, write_report


class Command(BaseCommand):
    help = (
        "Importe certifications, blocs de compétences et métiers : l'export de France compétences (le .zip des "
        "fichiers CSV, ou le XML, éventuellement .gz), ou les tables livrées dans catalog/data/."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, metavar="FILE", nargs="+")
        parser.add_argument(
            "--complete", action="store_true",
            help="le fichier est le répertoire entier : ce qu'il ne contient plus est retiré",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="lit et rend compte, n'écrit rien en base")
        parser.add_argument("--report", type=Path, metavar="FILE", help="CSV des champs refusés ou corrigés")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        try:
            if not any(map(is_register_export, files)):
                self._say(import_certifications(paths=files, today=timezone.localdate()))
            elif len(files) > 1:
                raise CommandError("Un seul export de France compétences à la fois.")
            elif options["dry_run"]:
                self._check(files[0], options["report"])
            else:
                self._import(files[0], options["report"], complete=options["complete"])
        except CatalogRefusal as refusal:
            raise CommandError(refusal.message) from refusal

    def _check(self, path: Path, report: Path | None) -> None:
        with report_file(report, path.name) if report else nullcontext() as writer:
            export = check_register(path=path, write=writer.write if writer else lambda finding: None)
        self.stdout.write(
            f"{export.read} fiches lues : rien n'est écrit (essai) ; {len(export.findings)} lignes de rapport."
        )

    def _import(self, path: Path, report: Path | None, *, complete: bool) -> None:
        run = import_register(path=path, today=timezone.localdate(), complete=complete)
        if report:
            write_report(run, report)
        self._say(run)

    def _say(self, run: ImportRun) -> None:
        self.stdout.write(
            f"{run.position} lignes lues : certifications {run.created} créées, {run.changed} modifiées, "
            f"{run.closed} retirées ; {run.refused} champs refusés, {run.repaired} corrigés."
        )
