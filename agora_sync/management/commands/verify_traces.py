from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agora_sync.services.seal_verification import ChainBroken, ChainReport, verify_traces

SEALS_BETWEEN_LINES = 100


class Command(BaseCommand):
    help = "Relit toutes les traces et nomme la première qui a été modifiée, retirée, ajoutée ou déplacée."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-register",
            action="store_true",
            help="base restaurée dont le registre des têtes est perdu : une fin retirée ne se verrait pas",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = verify_traces(
                with_register=not options["without_register"], progress=self._tell_progress
            )
        except ChainBroken as fault:
            raise CommandError(f"verify_traces : {fault}. Le service est arrêté jusqu’à sa levée.") from None
        self.stdout.write(
            f"verify_traces : {report.seals} sceaux, {report.sealed} traces scellées, "
            f"{report.pending} à sceller ; rien n’a changé"
        )
        if report.removed_months:
            told = ", ".join(f"{month:%m/%Y}" for month in report.removed_months)
            self.stdout.write(
                f"verify_traces : {report.removed} traces retirées dans les règles, leurs sceaux sont là ({told})"
            )

    def _tell_progress(self, report: ChainReport) -> None:
        if report.seals % SEALS_BETWEEN_LINES == 0:
            self.stderr.write(f"{report.seals} sceaux, {report.sealed} traces relues…")
