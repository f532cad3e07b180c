from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from agora_sync.contract import Operation
from agora_sync.models.partners import Partner, PartnerApplication


def instants(start: str, end: str) -> Func:
    """The instants from one column to another, the end excluded; an empty end means "until further notice"."""
    return Func(F(start), F(end), Value("[)"), function="tstzrange", output_field=DateTimeRangeField())


class PAGM(models.Model):
    """A profile (profil applicatif générique métier) of a partner. What maps to it and what it opens are approved by
    both sides, row by row (`MappingApproval`).
    """

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="pagms", verbose_name="partenaire"
    )
    code = models.CharField("code", max_length=100)
    label = models.CharField("libellé", max_length=200)

    class Meta:
        verbose_name = "PAGM"
        verbose_name_plural = "PAGM"
        constraints = [models.UniqueConstraint(fields=["partner", "code"], name="agora_pagm_code_of_partner")]

    def __str__(self) -> str:
        return self.code


class PAGMRightQuerySet(models.QuerySet["PAGMRight"]):
    def at(self, instant: datetime) -> PAGMRightQuerySet:
        """Those that were not withdrawn at that instant, approved or not."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=instant))


class PAGMRight(models.Model):
    """One operation that a profile opens, from its second approval on. Ended, never deleted."""

    pagm = models.ForeignKey(PAGM, on_delete=models.PROTECT, related_name="rights", verbose_name="PAGM")
    operation = models.CharField("opération", max_length=60, choices=Operation.choices)
    ends_at = models.DateTimeField("retiré le", null=True, blank=True)
    # The later of the two approvals, which the database writes: each call reads it.
    approved_at = models.DateTimeField("approuvé depuis", null=True, editable=False)

    objects = PAGMRightQuerySet.as_manager()

    class Meta:
        verbose_name = "droit d’un PAGM"
        verbose_name_plural = "droits des PAGM"
        constraints = [
            models.UniqueConstraint(
                fields=["pagm", "operation"], condition=Q(ends_at__isnull=True), name="agora_pagm_right_once"
            ),
            models.CheckConstraint(
                condition=Q(operation__in=Operation.values), name="agora_pagm_right_operation_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pagm_id} {self.operation}"


class PAGMAssignmentQuerySet(models.QuerySet["PAGMAssignment"]):
    def at(self, instant: datetime) -> PAGMAssignmentQuerySet:
        """The assignments that held at that instant."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=instant), starts_at__lte=instant)


class PAGMAssignment(models.Model):
    """Which application had which profile, and when. Ended, never deleted: the past must be answerable."""

    application = models.ForeignKey(
        PartnerApplication, on_delete=models.PROTECT, related_name="assignments", verbose_name="application"
    )
    pagm = models.ForeignKey(PAGM, on_delete=models.PROTECT, related_name="assignments", verbose_name="PAGM")
    starts_at = models.DateTimeField("à partir du")
    ends_at = models.DateTimeField("jusqu’au", null=True, blank=True)
    # The later of the two approvals, which the database writes: each call reads it.
    approved_at = models.DateTimeField("approuvée depuis", null=True, editable=False)

    objects = PAGMAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "attribution d’un PAGM"
        verbose_name_plural = "attributions des PAGM"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="agora_assignment_dates_in_order",
            ),
            ExclusionConstraint(
                name="agora_assignment_no_overlap",
                expressions=[
                    ("application", RangeOperators.EQUAL),
                    ("pagm", RangeOperators.EQUAL),
                    (instants("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.pagm_id} depuis le {self.starts_at:%d/%m/%Y}"
