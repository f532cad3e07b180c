from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from agora_sync.enums import CertificateKind, PartnerKind


class Partner(models.Model):
    """An organisation that exchanges with AGORA: a region, an OPCO, France Travail… or our own portal."""

    code = models.CharField("code", max_length=60, unique=True)
    name = models.CharField("nom", max_length=200)
    siret = models.CharField("SIRET", max_length=14)
    # Which items of a file it may write and receive, by the data dictionary of the contract.
    kind = models.CharField("nature", max_length=20, choices=PartnerKind.choices, default=PartnerKind.OTHER)
    # Shape urn:interops:<SIRET>:idp:<name>:<version>, which the framework agreement gives.
    issuer = models.CharField("émetteur des vecteurs", max_length=255, unique=True)
    environment = models.CharField("environnement", max_length=30)
    required_authn_context = models.CharField(
        "niveau d’authentification convenu",
        max_length=255,
        blank=True,
        help_text="Vide si aucun n’est convenu.",
    )
    # docs/decisions/0046-a-vector-bound-to-its-body.md
    body_digest_required_from = models.DateTimeField(
        "empreinte du corps exigée à partir du",
        null=True,
        blank=True,
        help_text="Convenu avec le partenaire : un vecteur sans l’empreinte du corps est refusé dès cet instant.",
    )
    cut_off_at = models.DateTimeField("interconnexion coupée depuis", null=True, blank=True)
    created_at = models.DateTimeField("enregistré le", auto_now_add=True)

    class Meta:
        verbose_name = "partenaire"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PartnerKind.values), name="agora_partner_kind_known")
        ]

    def __str__(self) -> str:
        return self.name


class PartnerApplication(models.Model):
    """A system of a partner that calls: profiles are assigned to it, and certificates for vectors are its own."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="applications", verbose_name="partenaire"
    )
    code = models.CharField("code", max_length=100)
    name = models.CharField("nom", max_length=200)

    class Meta:
        verbose_name = "application d’un partenaire"
        verbose_name_plural = "applications des partenaires"
        constraints = [
            models.UniqueConstraint(fields=["partner", "code"], name="agora_application_code_of_partner"),
        ]

    def __str__(self) -> str:
        return self.name


class PartnerCertificateQuerySet(models.QuerySet["PartnerCertificate"]):
    def in_force(self, at: datetime) -> PartnerCertificateQuerySet:
        """Registered, not revoked by us, and inside the dates for which they were registered."""
        return self.filter(
            Q(revoked_at__isnull=True) | Q(revoked_at__gt=at), valid_from__lte=at, valid_to__gt=at
        )


class PartnerCertificate(models.Model):
    """A certificate that a partner declared to us. Rotation is two rows whose dates overlap."""

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="certificates", verbose_name="partenaire"
    )
    application = models.ForeignKey(
        PartnerApplication,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="certificates",
        verbose_name="application",
    )
    kind = models.CharField("usage", max_length=10, choices=CertificateKind.choices)
    # Of the DER form: the same name or key in another certificate is another certificate.
    fingerprint = models.CharField("empreinte SHA-256", max_length=64, unique=True)
    subject = models.CharField("sujet", max_length=500, blank=True)
    valid_from = models.DateTimeField("valable à partir du")
    valid_to = models.DateTimeField("valable jusqu’au")
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    objects = PartnerCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "certificat d’un partenaire"
        verbose_name_plural = "certificats des partenaires"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=CertificateKind.values), name="agora_certificate_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="agora_certificate_dates_in_order"
            ),
            # The certificate that signs tells which application speaks.
            models.CheckConstraint(
                condition=~Q(kind=CertificateKind.VI) | Q(application__isnull=False),
                name="agora_certificate_of_vector_names_application",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.fingerprint[:12]}"

    def clean(self) -> None:
        """Raises ValidationError when it names the application of another partner."""
        if self.application is not None and self.application.partner_id != self.partner_id:
            raise ValidationError({"application": "Cette application est celle d’un autre partenaire."})
