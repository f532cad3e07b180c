from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.enums import SCOPED_ROLES, StaffRole
from accounts.models.holder import inclusive_dates


class StaffScopeQuerySet(models.QuerySet["StaffScope"]):
    def on(self, day: date) -> StaffScopeQuerySet:
        """The scopes that hold on that day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class StaffScope(models.Model):
    """What a staff member may act for, between two days included. Without one, staff see nothing."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="staff_scopes",
        verbose_name="utilisateur",
    )
    role = models.CharField("rôle", max_length=30, choices=StaffRole.choices)
    scope_code = models.CharField(
        "périmètre",
        max_length=20,
        blank=True,
        help_text="Code INSEE de la région, code de l’opérateur ou SIRET, selon le rôle.",
    )
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (inclus)", null=True, blank=True)
    # Whoever gives it answers for it; then a named person does, each quarter.
    confirmed_on = models.DateField("confirmée le", default=timezone.localdate)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confirmée par",
    )
    last_used_on = models.DateField("dernière utilisation", null=True, blank=True)
    # Given by the organisation's own directory, and taken back with it; None: given by a person.
    connection = models.ForeignKey(
        "accounts.SAMLConnection",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="scopes",
        verbose_name="connexion",
    )

    objects = StaffScopeQuerySet.as_manager()

    class Meta:
        verbose_name = "habilitation"
        ordering = ["user", "role", "scope_code", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="accounts_staff_scope_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(role__in=StaffRole.values), name="accounts_staff_scope_role_known"
            ),
            models.CheckConstraint(
                # sorted: the order of a set changes from run to run and would ask for a new migration each
                # time.
                condition=~Q(scope_code="") | ~Q(role__in=sorted(SCOPED_ROLES)),
                name="accounts_staff_scope_code_given",
                violation_error_message="Ce rôle demande un périmètre : région, opérateur ou SIRET.",
            ),
            ExclusionConstraint(
                name="accounts_staff_scope_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("scope_code", RangeOperators.EQUAL),
                    (inclusive_dates("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.scope_code}".strip()
