"""People who wait for something to come free: told one at a time, a few times at most."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Holder
from cep.enums import MeetingMode, WaitingState
from cep.models.network import Site


class WaitingEntry(models.Model):
    """One person's wish for a place and a way of meeting. Served in the order of asking."""

    holder = models.ForeignKey(
        Holder, models.PROTECT, related_name="waiting_entries", verbose_name="personne"
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="waiting_entries", verbose_name="lieu")
    mode = models.CharField("mode", max_length=10, choices=MeetingMode)
    asked_at = models.DateTimeField("demandé le", db_default=Now(), editable=False)
    state = models.CharField("état", max_length=10, choices=WaitingState, default=WaitingState.WAITING)
    # While it lasts nobody else is told of the same slot.
    offer_ends_at = models.DateTimeField("réponse attendue avant", null=True, blank=True)
    offered_start = models.DateTimeField("créneau annoncé", null=True, blank=True)
    notices = models.PositiveSmallIntegerField("fois prévenu", default=0)

    class Meta:
        verbose_name = "attente d’un créneau"
        verbose_name_plural = "attentes d’un créneau"
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "site", "mode"],
                condition=Q(state__in=[WaitingState.WAITING, WaitingState.OFFERED]),
                name="cep_waiting_once_per_wish",
            ),
            # One person at a time is told of one freed slot.
            models.UniqueConstraint(
                fields=["site", "mode", "offered_start"],
                condition=Q(state=WaitingState.OFFERED),
                name="cep_waiting_one_offer_per_slot",
            ),
            models.CheckConstraint(
                name="cep_waiting_state_known", condition=Q(state__in=WaitingState.values)
            ),
            models.CheckConstraint(
                name="cep_waiting_offer_dated",
                condition=Q(
                    state=WaitingState.OFFERED, offer_ends_at__isnull=False, offered_start__isnull=False
                )
                | ~Q(state=WaitingState.OFFERED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}, {self.get_mode_display()}"
