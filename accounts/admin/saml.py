from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin.base import RoleInline, RoleModelAdmin
from accounts.enums import StaffRole
from accounts.models import AlarmThreshold, SAMLConnection, SAMLRoleMapping, User, WatchedHolder
from accounts.models.saml import ROLES_BY_SAML
from accounts.saml import read_provider_metadata

ADMINISTRATORS = frozenset({StaffRole.ADMINISTRATOR})
LARGEST_METADATA = 200_000


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """The organisation's metadata file fills its identifier, address and certificates."""

    metadata_file = forms.FileField(
        label="Métadonnées de l’organisme (fichier XML)",
        required=False,
        help_text="À charger à la création, puis à chaque changement de certificat.",
    )
    allowed_roles = forms.MultipleChoiceField(
        label="Rôles permis", choices=[(role.value, role.label) for role in ROLES_BY_SAML]
    )

    class Meta:
        model = SAMLConnection
        fields = (
            "name",
            "slug",
            "metadata_file",
            "email_domains",
            "email_attribute",
            "role_attribute",
            "allowed_roles",
            "scope_code",
            "is_active",
        )

    def clean_email_domains(self) -> list[str]:
        return [domain.strip().lower() for domain in self.cleaned_data["email_domains"] if domain.strip()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        file = cleaned.get("metadata_file")
        if file:
            try:
                read = read_provider_metadata(file.read(LARGEST_METADATA))
            except ValueError as problem:
                self.add_error("metadata_file", str(problem))
                return cleaned
            self.instance.entity_id, self.instance.sso_url = read.entity_id, read.sso_url
            self.instance.certificates = read.certificates
        elif not self.instance.certificates:
            self.add_error("metadata_file", "Chargez les métadonnées de l’organisme.")
        return cleaned


class MappingInline(RoleInline):
    model = SAMLRoleMapping
    # Rows to fill in without script.
    extra = 3
    view_roles = add_roles = change_roles = delete_roles = ADMINISTRATORS


@admin.register(SAMLConnection)
class SAMLConnectionAdmin(RoleModelAdmin):
    view_roles = add_roles = change_roles = ADMINISTRATORS
    form = ConnectionForm
    inlines = (MappingInline,)
    list_display = ("name", "slug", "is_active", "scope_code", "updated_at")
    search_fields = ("name", "slug")
    fields = (
        "name",
        "slug",
        "metadata_file",
        "entity_id",
        "sso_url",
        "certificates",
        "email_domains",
        "email_attribute",
        "role_attribute",
        "allowed_roles",
        "scope_code",
        "is_active",
    )
    readonly_fields = ("entity_id", "sso_url", "certificates")

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Administrators answer for every organisation of the installation.
        return queryset


@admin.register(AlarmThreshold)
class AlarmThresholdAdmin(RoleModelAdmin):
    """Dated: a threshold that changes gets a new row, the former one an end."""

    view_roles = add_roles = change_roles = frozenset({StaffRole.RSSI})
    list_display = ("kind", "value", "starts_on", "ends_on")

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset


@admin.register(WatchedHolder)
class WatchedHolderAdmin(RoleModelAdmin):
    """By identifier only: whom the list names is nobody else's business."""

    view_roles = add_roles = delete_roles = frozenset({StaffRole.RSSI})
    list_display = ("holder_id", "since")
    raw_id_fields = ("holder",)

    def get_fields(self, request: HttpRequest, obj: WatchedHolder | None = None) -> tuple[str, ...]:
        return ("holder_id", "since") if obj else ("holder",)

    def get_readonly_fields(self, request: HttpRequest, obj: WatchedHolder | None = None) -> tuple[str, ...]:
        return ("holder_id", "since") if obj else ()

    def visible_to(self, user: User, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset
