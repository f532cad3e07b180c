from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cpa_portal.kernel.database import AppendOnlyModel
from rights.enums import EventOrigin, JournalEventKind
from rights.models.training_file import TrainingFile


class JournalEvent(AppendOnlyModel):
    """What happened to a file, written in the transaction that made it happen.

    Rooms above take the events they have no row of their own for; never "those after the last id seen", because a
    transaction that began earlier may commit later.
    """

    at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)
    kind = models.CharField("nature", max_length=30, choices=JournalEventKind.choices)
    training_file = models.ForeignKey(
        TrainingFile, on_delete=models.PROTECT, related_name="events", verbose_name="dossier"
    )
    origin = models.CharField("origine", max_length=10, choices=EventOrigin.choices)
    payload = models.JSONField("détail", default=dict, blank=True)

    class Meta:
        verbose_name = "événement du journal"
        verbose_name_plural = "événements du journal"
        indexes = [
            models.Index(
                fields=["id"], name="rights_journal_outgoing_idx", condition=Q(origin=EventOrigin.PORTAL)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=JournalEventKind.values), name="rights_journal_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=EventOrigin.values), name="rights_journal_origin_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_origin_display()})"
