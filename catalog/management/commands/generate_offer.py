import datetime
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from catalog.generation import GenerationOrder, generate_offer
from catalog.generation.xml import NAMESPACES


class Command(BaseCommand):
    help = (
        "Écrit une offre de formation inventée, au format LHEO : certifications et communes réelles, organismes "
        "fictifs. La même graine et le même premier jour donnent le même fichier."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path, metavar="OUT")
        parser.add_argument("--organisations", type=_positive, required=True, metavar="N")
        parser.add_argument("--sessions", type=_positive, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="N")
        parser.add_argument("--dialect", choices=list(NAMESPACES), default="lheo23")
        parser.add_argument(
            "--dirt", type=_rate, default=0.0, metavar="RATE",
            help="part des formations qui reçoivent un défaut (0 à 1) ; écrit aussi OUT.expected.csv",
        )  # fmt: skip
        parser.add_argument(
            "--from", type=datetime.date.fromisoformat, dest="first_day", default=None, metavar="DATE",
            help="premier jour, AAAA-MM-JJ (par défaut : aujourd'hui)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["organisations"] > 99_999:
            raise CommandError("Au plus 99 999 organismes : la réserve de numéros SIRET fictifs s'arrête là.")
        order = GenerationOrder(
            organisations=options["organisations"],
            sessions=options["sessions"],
            seed=options["seed"],
            first_day=options["first_day"] or timezone.localdate(),
            dialect=options["dialect"],
            dirt=options["dirt"],
        )
        try:
            done = generate_offer(options["out"], order)
        except OSError as problem:
            raise CommandError(f"{options['out']} ne s'écrit pas : {problem.strerror}.") from problem
        self.stdout.write(
            f"{options['out']} : {done.formations} formations, {done.sessions} sessions, "
            f"{done.expected} lignes de rapport attendues."
        )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ArgumentTypeError("un nombre entier d'au moins 1 est attendu")
    return number


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 <= rate <= 1:
        raise ArgumentTypeError("une part entre 0 et 1 est attendue")
    return rate
