from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agora_sync.enums import GapKind
from agora_sync.models import Gap, Reconciliation
from agora_sync.services.reconciliation import begin_reconciliation, reconcile_batch

BATCH_SECONDS = 10
# Another process holds the comparison, or was killed and its lease runs out: look again after so long.
LOOK_AGAIN_SECONDS = 1


class Command(BaseCommand):
    help = "Compare nos dossiers avec ce qu’AGORA en sait, en entier, et compte les écarts par nature."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.AGORA_ROLE != "portal":
            raise CommandError("reconcile_agora : seul le portail compare ses dossiers (AGORA_ROLE=portal).")
        run = begin_reconciliation()
        while run.finished_at is None:
            done = reconcile_batch(reconciliation_id=run.pk, seconds=BATCH_SECONDS)
            run.refresh_from_db()
            self._require_going_on(run)
            if not done and run.finished_at is None:
                Event().wait(LOOK_AGAIN_SECONDS)
            self.stderr.write(f"{run.checked} personnes relues…")
        self._tell(run)

    def _require_going_on(self, run: Reconciliation) -> None:
        if run.finished_at is None and run.paused_until is not None:
            raise CommandError(
                f"reconcile_agora : en pause après {run.checked} personnes. {run.paused_reason} "
                "Relancez plus tard : le rapprochement reprendra où il en est."
            )

    def _tell(self, run: Reconciliation) -> None:
        opened = Gap.objects.filter(closed_at__isnull=True)
        counts = ", ".join(f"{kind.label} : {opened.filter(kind=kind).count()}" for kind in GapKind)
        self.stdout.write(
            f"reconcile_agora : {run.checked} personnes relues, {run.unread} qu’AGORA n’a pas pu donner ; {counts}"
        )
