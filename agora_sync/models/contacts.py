from __future__ import annotations

from django.db import models
from django.db.models import Q

from agora_sync.enums import ContactRole
from agora_sync.models.partners import Partner


class PartnerContact(models.Model):
    """Whom to call at a partner, by role: the annex of the agreement. Several people may have one role."""

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="contacts", verbose_name="partenaire"
    )
    role = models.CharField("rôle", max_length=30, choices=ContactRole.choices)
    name = models.CharField("nom", max_length=200)
    user_code = models.CharField("code utilisateur", max_length=60, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("adresse électronique", blank=True)

    class Meta:
        verbose_name = "contact d’un partenaire"
        verbose_name_plural = "contacts des partenaires"
        constraints = [
            models.CheckConstraint(condition=Q(role__in=ContactRole.values), name="agora_contact_role_known"),
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""), name="agora_contact_can_be_reached"
            ),
            models.UniqueConstraint(fields=["partner", "role", "name"], name="agora_contact_once_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} : {self.name}"
