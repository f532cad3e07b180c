"""`remove_trace_months [--apply]`: the months of traces whose time is over; each kept one says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from agora_sync.services.seal_verification import ChainBroken
from agora_sync.services.trace_retention import remove_month, standings

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from datetime import date


class Command(BaseCommand):
    help = "Retire les mois de traces échus, en tant que propriétaire de la base. À blanc sans --apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="retirer les mois échus ; sinon, les nommer")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        for standing in standings(today):
            said = f"{standing.month:%m/%Y}\t{standing.rows} traces\t{standing.ground}"
            if standing.held_by:
                self.stdout.write(f"{said}\tgardé : {standing.held_by}")
            elif not options["apply"]:
                self.stdout.write(f"{said}\téchu (à blanc : rien n’est parti ; --apply pour retirer)")
            else:
                self._remove(standing.month, today)
                self.stdout.write(f"{said}\tretiré")

    def _remove(self, month: date, today: date) -> None:
        try:
            remove_month(month=month, today=today)
        except ChainBroken as fault:
            raise CommandError(
                f"remove_trace_months : {fault}. Rien n’est retiré d’une chaîne rompue."
            ) from None
        except DatabaseError as problem:
            raise CommandError(f"remove_trace_months : {problem}. Donnez DATABASE_OWNER_URL.") from None
