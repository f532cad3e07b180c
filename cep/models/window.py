"""When an adviser receives: openings minus holidays, laid down in advance."""

from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func

from cep.enums import MeetingMode
from cep.models.network import Adviser, Site
from cep.models.spans import bounded_span

# The slot search looks one day back for windows that have already begun: none may last longer.
LONGEST_WINDOW = timedelta(days=1)


class Window(models.Model):
    """One opening of one adviser at one place. Added and removed, never changed.

    A booking takes a share lock on the windows that cover it, and a closing waits for that lock.
    """

    adviser = models.ForeignKey(Adviser, models.PROTECT, related_name="windows", verbose_name="conseiller")
    # Its index is the composite one below.
    site = models.ForeignKey(
        Site, models.PROTECT, related_name="windows", verbose_name="lieu", db_index=False
    )
    mode = models.CharField("mode", max_length=10, choices=MeetingMode)
    span = DateTimeRangeField("plage")
    # Laid down from the plan and kept like it; False: opened without a plan, which absences cut for good.
    planned = models.BooleanField("selon le planning", default=False, db_default=False, editable=False)
    place = models.CharField("adresse ce jour-là", max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "plage d’ouverture"
        verbose_name_plural = "plages d’ouverture"
        ordering = ["span"]
        indexes = [
            models.Index(
                F("site"), F("mode"), Func(F("span"), function="lower"), name="cep_window_site_mode_start"
            )
        ]
        constraints = [
            ExclusionConstraint(
                name="cep_window_adviser_one_place",
                expressions=[("adviser", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
            ),
            bounded_span("cep_window_span_bounded", longest=LONGEST_WINDOW),
            models.CheckConstraint(
                name="cep_window_mode_known", condition=models.Q(mode__in=MeetingMode.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.adviser} – {self.site}"
