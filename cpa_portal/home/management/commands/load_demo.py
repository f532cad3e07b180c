import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cpa_portal.home.demo.loading import is_loaded, load_agora_side, load_portal

SIZES = {"small": (120, 2_000), "national": (14_000, 200_000)}


class Command(BaseCommand):
    help = "Charge les données de démonstration : personnes et organismes fictifs, communes et certifications réelles."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--size", choices=sorted(SIZES), default="small")
        parser.add_argument("--seed", type=int, default=2026)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("load_demo : refusé hors de l'environnement de démonstration (DEMO=true).")
        if is_loaded():
            self.stdout.write("Les données de démonstration sont déjà là.")
            return
        organisations, sessions = SIZES[options["size"]]
        if settings.AGORA_ROLE == "provider":
            load_agora_side(seed=options["seed"], say=self.stdout.write)
        else:
            load_portal(
                seed=options["seed"], organisations=organisations, sessions=sessions, say=self.stdout.write
            )
        self.stdout.write(self.style.SUCCESS("Données de démonstration chargées."))
