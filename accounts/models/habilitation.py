"""How people come to act for an organisation, and how they share its work."""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models.staff import StaffScope


class Invitation(models.Model):
    """An address invited to a role. The link that it receives holds until a day, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("adresse électronique")
    role = models.CharField("rôle", max_length=30, choices=StaffRole.choices)
    scope_code = models.CharField("périmètre", max_length=20, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="invité par"
    )
    created_at = models.DateTimeField("envoyée le", auto_now_add=True)
    expires_at = models.DateTimeField("valable jusqu’au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="accounts_invitation_expires_later"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="accounts_invitation_one_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.scope_code}".strip()

    @property
    def is_open(self) -> bool:
        return not self.accepted_at and not self.cancelled_at and self.expires_at > timezone.now()


class SiteRight(models.Model):
    """What a person of a training organisation may do in the shared inbox of one of its sites.

    Without any row, the whole organisation's inbox: small organisations declare nothing.
    """

    scope = models.ForeignKey(
        StaffScope, on_delete=models.CASCADE, related_name="site_rights", verbose_name="habilitation"
    )
    site_code = models.CharField("site (SIRET)", max_length=14)
    may_answer = models.BooleanField("peut répondre", default=False)

    class Meta:
        verbose_name = "droit sur un site"
        verbose_name_plural = "droits sur les sites"
        constraints = [
            models.UniqueConstraint(fields=["scope", "site_code"], name="accounts_site_right_once")
        ]

    def __str__(self) -> str:
        return self.site_code


class StandInQuerySet(models.QuerySet["StandIn"]):
    def on(self, day: date) -> StandInQuerySet:
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class StandIn(models.Model):
    """Between two days included, a colleague of the same organisation has the absent person's rights on its sites."""

    absent = models.ForeignKey(
        StaffScope, on_delete=models.CASCADE, related_name="stand_ins", verbose_name="personne absente"
    )
    stand_in = models.ForeignKey(
        StaffScope, on_delete=models.CASCADE, related_name="absences", verbose_name="remplaçant"
    )
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (inclus)")

    objects = StandInQuerySet.as_manager()

    class Meta:
        verbose_name = "remplacement"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="accounts_stand_in_dates_in_order"
            ),
            models.CheckConstraint(condition=~Q(absent=F("stand_in")), name="accounts_stand_in_is_another"),
        ]

    def __str__(self) -> str:
        return f"du {self.starts_on:%d/%m/%Y} au {self.ends_on:%d/%m/%Y}"
