from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q


class LocalSystem(models.Model):
    """A business system (ZEFIR/EOS, one of an OPCO) that speaks to AGORA through our gateway, in plain SOAP."""

    # As its messages write it (contract/v1/local.xsd): it never changes.
    code = models.CharField("code", max_length=40, unique=True)
    name = models.CharField("nom", max_length=200)
    # Whose agents see its exchanges. Empty: CDC alone.
    region_code = models.CharField("région (code INSEE)", max_length=3, blank=True)
    suspended_at = models.DateTimeField("suspendu depuis", null=True, blank=True)

    class Meta:
        verbose_name = "système local"
        verbose_name_plural = "systèmes locaux"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z0-9-]{1,39}$"), name="agora_local_system_code_form"
            )
        ]

    def __str__(self) -> str:
        return self.name


class LocalCertificateQuerySet(models.QuerySet["LocalCertificate"]):
    def in_force(self, at: datetime) -> LocalCertificateQuerySet:
        """Registered and inside its dates, not revoked by us, of a system that is not suspended."""
        return self.filter(
            Q(revoked_at__isnull=True) | Q(revoked_at__gt=at),
            Q(system__suspended_at__isnull=True) | Q(system__suspended_at__gt=at),
            valid_from__lte=at,
            valid_to__gt=at,
        )


class LocalCertificate(models.Model):
    """A certificate with which a local system opens the channel to the gateway. Rotation is two rows that overlap."""

    system = models.ForeignKey(
        LocalSystem, on_delete=models.PROTECT, related_name="certificates", verbose_name="système"
    )
    fingerprint = models.CharField("empreinte SHA-256", max_length=64, unique=True)
    valid_from = models.DateTimeField("valable à partir du")
    valid_to = models.DateTimeField("valable jusqu’au")
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    objects = LocalCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "certificat d’un système local"
        verbose_name_plural = "certificats des systèmes locaux"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="agora_local_certificate_dates_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.fingerprint[:12]


class LocalRoleQuerySet(models.QuerySet["LocalRole"]):
    def in_force(self, at: datetime) -> LocalRoleQuerySet:
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)


class LocalRole(models.Model):
    """A role of a local system and the profile that it stands for at AGORA, in time: what is not here is refused.

    Ended, never deleted: who could do what must be answerable.
    """

    system = models.ForeignKey(
        LocalSystem, on_delete=models.PROTECT, related_name="roles", verbose_name="système"
    )
    role = models.CharField("rôle", max_length=40)
    pagm_code = models.CharField("profil (PAGM)", max_length=100)
    starts_at = models.DateTimeField("à partir du")
    ends_at = models.DateTimeField("jusqu’au", null=True, blank=True)

    objects = LocalRoleQuerySet.as_manager()

    class Meta:
        verbose_name = "rôle d’un système local"
        verbose_name_plural = "rôles des systèmes locaux"
        constraints = [
            models.UniqueConstraint(
                fields=["system", "role", "pagm_code"],
                condition=Q(ends_at__isnull=True),
                name="agora_local_role_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="agora_local_role_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(role__regex=r"^[A-Z][A-Z0-9_]{1,39}$"), name="agora_local_role_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} : {self.pagm_code}"
