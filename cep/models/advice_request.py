"""Somebody asked for advice: how long until an adviser has spoken with them."""

from datetime import date, datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Cast

from accounts.models import Holder
from cep.enums import RequestChannel, RequestEnd
from cep.models.booking import Booking
from cep.models.network import Site
from cep.rules.first_exchange import ALERT_DAYS, DELAY_DAYS, Clock
from cpa_portal.kernel.working_days import Zone


class AdviceRequestQuerySet(models.QuerySet["AdviceRequest"]):
    def running(self) -> "AdviceRequestQuerySet":
        return self.filter(end=RequestEnd.OPEN)

    def at(self, now: datetime) -> "AdviceRequestQuerySet":
        """With `level`: the last of 15, 20 and 25 working days that is over, 30 past the delay, 0 before all.

        On the calendar of each place at that instant (aware).
        """
        clock = Func(
            F("site__time_zone"), Value(now, models.DateTimeField()), function="timezone",
            output_field=models.DateTimeField(),
        )  # fmt: skip
        alerts = [
            When(**{f"alert_dates__{rank}__lte": F("local_day")}, then=Value(days))
            for rank, days in reversed(list(enumerate(ALERT_DAYS)))
        ]
        late = When(due_on__lt=F("local_day"), then=Value(DELAY_DAYS))
        return self.annotate(local_day=Cast(clock, models.DateField())).annotate(
            level=Case(late, *alerts, default=Value(0))
        )


class AdviceRequest(models.Model):
    """One at a time for a person, until an adviser has met them, or they go elsewhere."""

    holder = models.ForeignKey(
        Holder, models.PROTECT, related_name="advice_requests", verbose_name="personne"
    )
    # Where they asked: its operator answers for the delay, on its calendar.
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name="lieu")
    channel = models.CharField("reçue", max_length=10, choices=RequestChannel)
    received_at = models.DateTimeField("demande du")
    due_on = models.DateField("premier échange au plus tard le")
    alert_dates = ArrayField(models.DateField(), size=len(ALERT_DAYS), editable=False)
    alerted = models.PositiveSmallIntegerField("responsables prévenus à", default=0, editable=False)
    end = models.CharField("suite", max_length=10, choices=RequestEnd, blank=True, default=RequestEnd.OPEN)
    ended_at = models.DateTimeField("close le", null=True, blank=True)
    met_by = models.ForeignKey(
        Booking, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="rencontre"
    )

    objects = AdviceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de conseil"
        verbose_name_plural = "demandes de conseil"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=Q(end=RequestEnd.OPEN), name="cep_request_one_running"
            ),
            models.CheckConstraint(
                name="cep_request_end_dated",
                condition=Q(end=RequestEnd.OPEN, ended_at__isnull=True)
                | (Q(end__in=RequestEnd.values, ended_at__isnull=False) & ~Q(end=RequestEnd.OPEN)),
            ),
            models.CheckConstraint(
                name="cep_request_met_by_a_meeting", condition=Q(met_by__isnull=True) | Q(end=RequestEnd.MET)
            ),
            models.CheckConstraint(
                name="cep_request_channel_known", condition=Q(channel__in=RequestChannel.values)
            ),
            models.CheckConstraint(
                name="cep_request_alert_dates_all", condition=Q(alert_dates__len=len(ALERT_DAYS))
            ),
        ]

    @classmethod
    def asked(cls, *, holder: Holder, site: Site, channel: RequestChannel, now: datetime) -> Self:
        """A request of this instant with its days, not saved."""
        request = cls(holder=holder, site=site, channel=channel, received_at=now)
        request.due_on, request.alert_dates = request.clock.due_on, request.clock.alert_dates
        return request

    def __str__(self) -> str:
        return f"Demande du {self.received_on:%d/%m/%Y}"

    @property
    def received_on(self) -> date:
        return self.received_at.astimezone(self.site.zone).date()

    @property
    def clock(self) -> Clock:
        return Clock(self.received_on, Zone(self.site.holiday_zone), self.site.operator.worked_holidays)
