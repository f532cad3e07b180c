from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from cpa_portal.home import maps


class Command(BaseCommand):
    help = "Dessine dans docs/maps/ les cartes des modèles, des imports et des flux, à partir du code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="comparer seulement ; sort avec 1 si une carte diffère"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"cartes écrites : {', '.join(maps.write()) or 'aucune, elles étaient à jour'}")
        elif wrong := maps.out_of_date():
            raise CommandError(
                f"ces cartes ne disent plus ce que dit le code : {', '.join(wrong)} (draw_maps les refait)"
            )
