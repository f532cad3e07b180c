import sys
from typing import Any

from django.core.management.base import BaseCommand

from rights.selectors.ledger_checks import ledger_discrepancies, ledger_size


class Command(BaseCommand):
    help = "Vérifie que les compteurs égalent leurs écritures ; 1 et une ligne par écart quand ce n’est pas le cas."

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for discrepancy in ledger_discrepancies():
            found += 1
            self.stderr.write(
                f"compteur {discrepancy.counter_id} : {discrepancy.detail} (règle : {discrepancy.rule})"
            )
        counters, entries = ledger_size()
        size = f"{counters} compteurs, {entries} écritures"
        if found:
            self.stderr.write(f"verify_ledger : {found} écarts, {size}")
            sys.exit(1)
        self.stdout.write(f"verify_ledger : aucun écart, {size}")
