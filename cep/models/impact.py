"""An appointment that has lost its opening: nobody is forgotten while one is open."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cep.enums import ImpactCause, ImpactEnd
from cep.models.booking import Booking


class Impact(models.Model):
    """Opened in the transaction that took the window away, closed by what became of the appointment.

    A trigger refuses, at the commit, to leave an expected appointment with neither a window nor an open impact.
    """

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="impacts", verbose_name="rendez-vous")
    cause = models.CharField("cause", max_length=20, choices=ImpactCause)
    opened_at = models.DateTimeField("constaté le", db_default=Now(), editable=False)
    closed_at = models.DateTimeField("réglé le", null=True, blank=True)
    end = models.CharField("suite", max_length=20, choices=ImpactEnd, blank=True, default="")

    class Meta:
        verbose_name = "rendez-vous à replacer"
        verbose_name_plural = "rendez-vous à replacer"
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(closed_at__isnull=True),
                name="cep_impact_one_open_per_booking",
            ),
            models.CheckConstraint(name="cep_impact_cause_known", condition=Q(cause__in=ImpactCause.values)),
            models.CheckConstraint(
                name="cep_impact_end_when_closed",
                condition=Q(closed_at__isnull=True, end=ImpactEnd.OPEN)
                | Q(
                    closed_at__isnull=False,
                    end__in=[ImpactEnd.REPLACED, ImpactEnd.CANCELLED, ImpactEnd.RESTORED, ImpactEnd.KEPT],
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking} ({self.get_cause_display()})"
