"""Readings of personal data that the head of security must look at, and what makes one abnormal."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.enums import AlarmKind, AlarmState
from accounts.models.holder import Holder


class AlarmThresholdQuerySet(models.QuerySet["AlarmThreshold"]):
    def on(self, day: date) -> AlarmThresholdQuerySet:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class AlarmThreshold(models.Model):
    """From how many readings in a day an alarm is raised, between two days included. No row: no alarm of that kind."""

    kind = models.CharField("nature", max_length=20, choices=AlarmKind.choices)
    value = models.PositiveIntegerField("nombre de lectures par jour")
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (inclus)", null=True, blank=True)

    objects = AlarmThresholdQuerySet.as_manager()

    class Meta:
        verbose_name = "seuil d’alarme"
        verbose_name_plural = "seuils d’alarme"
        ordering = ["kind", "-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "starts_on"], name="accounts_threshold_once"),
            models.CheckConstraint(condition=Q(value__gt=0), name="accounts_threshold_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.value}"


class WatchedHolder(models.Model):
    """A person whom many know: a reading of their data is looked at. Who is watched is known to the RSSI alone."""

    holder = models.OneToOneField(
        Holder, on_delete=models.CASCADE, related_name="+", verbose_name="titulaire"
    )
    since = models.DateField("depuis le", auto_now_add=True)

    class Meta:
        verbose_name = "personne connue du public"
        verbose_name_plural = "personnes connues du public"

    def __str__(self) -> str:
        return str(self.holder_id)


class ReadingAlarm(models.Model):
    """One agent, one day, one reason. Handled by a named person who says what was found."""

    kind = models.CharField("nature", max_length=20, choices=AlarmKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="agent"
    )
    day = models.DateField("jour")
    readings = models.PositiveIntegerField("lectures")
    threshold = models.PositiveIntegerField("seuil de ce jour")
    state = models.CharField("état", max_length=10, choices=AlarmState.choices, default=AlarmState.NEW)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="traitée par",
    )
    handled_at = models.DateTimeField("traitée le", null=True, blank=True)
    finding = models.CharField("constat", max_length=500, blank=True)
    created_at = models.DateTimeField("levée le", auto_now_add=True)

    class Meta:
        verbose_name = "alarme de consultation"
        verbose_name_plural = "alarmes de consultation"
        ordering = ["-day", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "actor", "day"], name="accounts_alarm_once_a_day"),
            models.CheckConstraint(
                condition=Q(state=AlarmState.NEW, handled_at__isnull=True)
                | (Q(state=AlarmState.HANDLED, handled_at__isnull=False) & ~Q(finding="")),
                name="accounts_alarm_handled_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.day:%d/%m/%Y}"
