import csv
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rights.declaration_files import UnreadableFile
from rights.services.declaration_import import Finding, import_declarations

COLUMNS = ("file", "path", "identifier", "field", "value", "rule", "action")


class Command(BaseCommand):
    help = (
        "Importe les déclarations d’une année : activités (message DSN), ou tableau CSV d’activités, d’engagements, "
        "d’expositions et de dotations. Le même fichier deux fois n’ajoute rien."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="lit et rend compte, n’écrit rien en base")
        parser.add_argument("--report", type=Path, metavar="FILE", help="CSV des lignes refusées")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        with ExitStack() as stack:
            write = _reporter(stack, options["report"], path.name)
            try:
                tally = import_declarations(path=path, write=not options["dry_run"], report=write)
            except UnreadableFile as error:
                raise CommandError(str(error)) from error
        mode = " (essai, rien n’est écrit)" if options["dry_run"] else ""
        self.stdout.write(
            f"{tally.lines} lignes lues : {tally.added} ajoutées, {tally.corrected} corrigées, "
            f"{tally.unchanged} inchangées, {tally.refused} refusées{mode}"
        )


def _reporter(stack: ExitStack, report: Path | None, name: str) -> Any:
    if report is None:
        return lambda finding: None
    writer = csv.writer(
        stack.enter_context(report.open("w", encoding="utf-8", newline="")), lineterminator="\n"
    )
    writer.writerow(COLUMNS)

    def write(finding: Finding) -> None:
        writer.writerow(
            [
                name,
                finding.path,
                finding.identifier,
                finding.field,
                finding.value,
                finding.rule,
                finding.action,
            ]
        )

    return write
