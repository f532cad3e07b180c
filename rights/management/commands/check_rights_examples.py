import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rights.parameters import legal_values
from rights.scenarios.checking import Verdict, check_rows


class Command(BaseCommand):
    help = (
        "Recalcule des cas écrits dans un CSV et les compare : une ligne par cas, puis le compte. "
        "1 quand un cas sûr échoue ou quand une ligne est illisible."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Fichier illisible : {error}") from error
        tally = dict.fromkeys(Verdict, 0)
        failed = False
        for checked in check_rows(text, legal_values()):
            tally[checked.verdict] += 1
            failed = failed or checked.counts_against
            self.stdout.write(
                "\t".join((checked.id, checked.expected, checked.computed, checked.verdict.value))
            )
            if checked.complaint:
                self.stderr.write(f"{checked.id} : {checked.complaint}")
        self.stdout.write(", ".join(f"{tally[verdict]} {verdict.value}" for verdict in Verdict))
        if failed:
            sys.exit(1)
