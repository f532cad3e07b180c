import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rights.services.feeding import HOLDERS_PER_BATCH, feed_rights

# Beyond, Python itself is what is waited for: its threads share one interpreter.
MOST_THREADS = 4


class Command(BaseCommand):
    help = (
        "Inscrit sur les compteurs ce que les déclarations d’une année d’activité apportent. Interrompue, elle "
        "reprend ; relancée, elle n’ajoute rien. Sans --wet-run, elle compte sans rien écrire."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True, metavar="YEAR", help="année d’activité")
        parser.add_argument(
            "--batch", type=int, default=HOLDERS_PER_BATCH, metavar="N", help="titulaires par transaction"
        )
        parser.add_argument(
            "--threads",
            type=int,
            default=min(os.cpu_count() or 1, MOST_THREADS),
            metavar="N",
            help="lots traités en même temps (au plus quatre si rien n’est dit)",
        )
        parser.add_argument("--wet-run", action="store_true", help="écrit vraiment")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch : attendu un nombre à partir de 1")
        if options["threads"] < 1:
            raise CommandError("--threads : attendu un nombre à partir de 1")
        try:
            tally = feed_rights(
                year=options["year"],
                today=timezone.localdate(),
                write=options["wet_run"],
                holders_per_batch=options["batch"],
                threads=options["threads"],
                progress=lambda done: self.stderr.write(f"{done} titulaires…"),
            )
        except LookupError as error:
            raise CommandError(f"Aucune règle pour l’année {options['year']} : {error}") from error
        mode = "" if options["wet_run"] else " (essai, rien n’est écrit)"
        self.stdout.write(
            f"feed_rights {options['year']} : {tally.holders} titulaires, {tally.credits} alimentations, "
            f"{tally.corrections} corrections, {tally.not_due} à venir, {tally.closed} comptes fermés{mode}"
        )
