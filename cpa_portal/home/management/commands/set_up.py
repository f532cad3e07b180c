import argparse
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from cpa_portal.home.management.commands.load_demo import SIZES
from cpa_portal.kernel.database.roles import go_on_as_running_role


class Command(BaseCommand):
    """One process for all the steps of one side: where they are done already, loading the site is what takes time."""

    help = "Prépare un côté pour bin/run : tables, puis certificats de développement et démonstration si demandés."
    # `migrate` makes them, with those of the database.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--certificates", type=Path, metavar="DIR", help="folder of issue_dev_pki")
        parser.add_argument("--demo", choices=sorted(SIZES), help="size of load_demo")
        parser.add_argument("--skip-checks", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, skip_checks=options["skip_checks"])
        go_on_as_running_role()
        if options["certificates"]:
            call_command("issue_dev_pki", options["certificates"], stdout=self.stdout)
        if options["demo"]:
            call_command("load_demo", size=options["demo"], stdout=self.stdout)
