"""Regions, départements and communes of the official geographic code (INSEE)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from catalog.enums import CommuneKind, Zone


class Region(models.Model):
    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60)
    search_name = models.CharField(max_length=60, db_index=True, help_text="Nom sans accent ni majuscule.")
    zone = models.CharField("zone", max_length=30, choices=Zone)

    class Meta:
        verbose_name = "région"
        ordering = ["search_name"]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60)
    search_name = models.CharField(max_length=60, db_index=True)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departments", verbose_name="région")

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Commune(models.Model):
    """A commune, or an arrondissement of Paris, Lyon or Marseille (then `parent` is the city).

    `is_approximate`: its coordinates are those of its neighbours, a few kilometres off.
    """

    code = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=80)
    search_name = models.CharField(max_length=80, db_index=True)
    kind = models.CharField("nature", max_length=20, choices=CommuneKind, default=CommuneKind.COMMUNE)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="arrondissements", verbose_name="ville"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="communes", verbose_name="département"
    )
    postal_codes = ArrayField(models.CharField(max_length=5), default=list, verbose_name="codes postaux")
    population = models.PositiveIntegerField("population", default=0)
    latitude = models.FloatField("latitude")
    longitude = models.FloatField("longitude")
    is_approximate = models.BooleanField("position approchée", default=False)
    closed_on = models.DateField("absente depuis", null=True, blank=True)

    class Meta:
        verbose_name = "commune"
        ordering = ["search_name", "code"]
        indexes = [
            GinIndex(fields=["postal_codes"], name="catalog_commune_postal_codes"),
            models.Index(fields=["latitude", "longitude"], name="catalog_commune_position"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="catalog_commune_position_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(kind=CommuneKind.COMMUNE, parent__isnull=True)
                | Q(kind=CommuneKind.ARRONDISSEMENT, parent__isnull=False),
                name="catalog_commune_arrondissement_has_city",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.department_id})"

    @property
    def region_code(self) -> str:
        """The INSEE code of the region, by which other rooms know it."""
        return self.department.region_id
