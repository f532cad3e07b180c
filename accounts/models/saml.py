"""Organisations whose people come through their own sign-in (SAML 2.0), and what keeps their answers honest."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.enums import SCOPED_ROLES, StaffRole

# Roles that see the whole installation are never given by an organisation's own directory.
ROLES_BY_SAML = sorted(set(StaffRole) - {StaffRole.ADMINISTRATOR, StaffRole.RSSI, StaffRole.DATA_PROTECTION})


class SAMLConnection(models.Model):
    """One organisation's identity provider, and the most that its people may ever be given here."""

    slug = models.SlugField("nom dans l’adresse", unique=True, max_length=60)
    name = models.CharField("organisme", max_length=200)
    is_active = models.BooleanField("ouverte", default=False)
    entity_id = models.CharField("identifiant du fournisseur d’identité", max_length=500)
    sso_url = models.URLField("adresse de connexion", max_length=500)
    # Several while the organisation replaces its key: each one is accepted.
    certificates = ArrayField(models.TextField(), verbose_name="certificats de signature")
    email_domains = ArrayField(
        models.CharField(max_length=100),
        verbose_name="domaines des adresses",
        help_text="Séparés par des virgules. Une adresse d’un autre domaine est refusée.",
    )
    email_attribute = models.CharField(
        "attribut de l’adresse", max_length=200, default="urn:oid:0.9.2342.19200300.100.1.3"
    )
    role_attribute = models.CharField("attribut des rôles", max_length=200, default="role")
    allowed_roles = ArrayField(
        models.CharField(max_length=30, choices=StaffRole.choices), verbose_name="rôles permis"
    )
    scope_code = models.CharField(
        "périmètre de l’organisme",
        max_length=20,
        blank=True,
        help_text="Code INSEE de la région, code de l’opérateur ou SIRET : personne n’en reçoit d’autre.",
    )
    updated_at = models.DateTimeField("modifiée le", auto_now=True)

    class Meta:
        verbose_name = "connexion d’un organisme (SAML)"
        verbose_name_plural = "connexions des organismes (SAML)"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(allowed_roles__contained_by=[str(role) for role in ROLES_BY_SAML]),
                name="accounts_saml_roles_of_organisations",
                violation_error_message="Un rôle qui voit toute l’installation ne se donne pas par SAML.",
            ),
            models.CheckConstraint(
                condition=~Q(scope_code="")
                | ~Q(allowed_roles__overlap=sorted(str(role) for role in SCOPED_ROLES)),
                name="accounts_saml_scope_given",
                violation_error_message="Ces rôles demandent un périmètre : région, opérateur ou SIRET.",
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | (Q(certificates__len__gt=0) & Q(email_domains__len__gt=0)),
                name="accounts_saml_active_is_complete",
                violation_error_message="Une connexion ouverte demande un certificat et un domaine.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SAMLRoleMapping(models.Model):
    """What one value of the organisation's directory gives here, within what the connection allows."""

    connection = models.ForeignKey(
        SAMLConnection, on_delete=models.CASCADE, related_name="mappings", verbose_name="connexion"
    )
    value = models.CharField("valeur de l’attribut", max_length=200)
    role = models.CharField("rôle donné", max_length=30, choices=StaffRole.choices)

    class Meta:
        verbose_name = "correspondance de rôle"
        verbose_name_plural = "correspondances de rôles"
        constraints = [
            models.UniqueConstraint(fields=["connection", "value", "role"], name="accounts_saml_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.value} → {self.get_role_display()}"

    def clean(self) -> None:
        if self.role and self.role not in self.connection.allowed_roles:
            raise ValidationError({"role": "Ce rôle n’est pas permis à cet organisme."})


class SAMLRequest(models.Model):
    """A sign-in that was asked for: its answer must name it, come once, and end in the browser that began."""

    id = models.CharField("identifiant", primary_key=True, max_length=80)
    connection = models.ForeignKey(SAMLConnection, on_delete=models.CASCADE, related_name="requests")
    next_path = models.CharField("page demandée", max_length=500, blank=True)
    created_at = models.DateTimeField("faite le", auto_now_add=True, db_index=True)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField("terminée le", null=True, blank=True)

    class Meta:
        verbose_name = "demande de connexion (SAML)"

    def __str__(self) -> str:
        return self.id


class SAMLAssertion(models.Model):
    """An assertion that was accepted, kept until it could no longer be: the same one never serves twice."""

    connection = models.ForeignKey(SAMLConnection, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField("empreinte", max_length=64)
    expires_at = models.DateTimeField("valable jusqu’à", db_index=True)

    class Meta:
        verbose_name = "assertion reçue (SAML)"
        constraints = [
            models.UniqueConstraint(fields=["connection", "digest"], name="accounts_saml_assertion_once")
        ]

    def __str__(self) -> str:
        return self.digest


class SAMLIdentity(models.Model):
    """Which user an organisation's identifier designates: the address may change, this does not."""

    connection = models.ForeignKey(SAMLConnection, on_delete=models.CASCADE, related_name="identities")
    name_id_digest = models.CharField("empreinte de l’identifiant", max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saml_identities"
    )

    class Meta:
        verbose_name = "identité d’un organisme (SAML)"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "name_id_digest"], name="accounts_saml_identity_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.pk}"


def valid_mappings(connection: SAMLConnection, values: list[Any]) -> set[tuple[str, str]]:
    """The (role, scope code) pairs that these values of the directory give, never beyond the connection's own."""
    roles = {
        mapping.role
        for mapping in connection.mappings.filter(value__in=values)
        if mapping.role in connection.allowed_roles and mapping.role in ROLES_BY_SAML
    }
    return {(role, connection.scope_code if role in SCOPED_ROLES else "") for role in roles}
