from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from catalog.exceptions import CatalogRefusal
from catalog.services.offer_import import ImportResult, check_offer, feed_of, import_offer
from catalog.services.report import report_file, write_report

SAID_EVERY = 1_000


class Command(BaseCommand):
    help = (
        "Importe une offre de formation LHEO 2.2 ou 2.3 (éventuellement .gz). Ce que le flux ne contient plus est "
        "retiré. Interrompu puis relancé sur le même fichier, l'import reprend où il en était."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--feed", default="", help="nom du flux (par défaut : le nom du fichier)")
        parser.add_argument("--dry-run", action="store_true", help="lit et rend compte, n'écrit rien en base")
        parser.add_argument("--report", type=Path, metavar="FILE", help="CSV des champs refusés ou corrigés")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = self._check(options) if options["dry_run"] else self._import(options)
        except CatalogRefusal as refusal:
            raise CommandError(refusal.message) from refusal
        self._say(result)
        if result.problem:
            raise CommandError(f"Le fichier est coupé ou abîmé ({result.problem}) : rien n'a été retiré.")

    def _check(self, options: dict[str, Any]) -> ImportResult:
        path, report = options["file"], options["report"]
        with report_file(report, path.name) if report else nullcontext() as writer:
            return check_offer(
                path=path, write=writer.write if writer else lambda finding: None, progress=self._progress
            )

    def _import(self, options: dict[str, Any]) -> ImportResult:
        path: Path = options["file"]
        result = import_offer(
            path=path,
            feed=options["feed"] or feed_of(path),
            today=timezone.localdate(),
            progress=self._progress,
        )
        if options["report"] and result.run:
            write_report(result.run, options["report"])
        return result

    def _progress(self, done: int) -> None:
        if done % SAID_EVERY == 0:
            self.stderr.write(f"{done} formations lues…")

    def _say(self, result: ImportResult) -> None:
        outcome = (
            "rien n'est écrit (essai)"
            if result.run is None
            else f"{result.tally.created} créées, {result.tally.changed} modifiées, {result.tally.closed} retirées"
        )
        self.stdout.write(
            f"{result.formations} formations lues ({result.dialect}) : {outcome} ; "
            f"{result.refused} champs refusés, {result.repaired} corrigés."
        )
