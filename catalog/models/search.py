"""One row per session that can be found, so that a search reads a single table."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from catalog.models.offer import Session, Training


class SearchEntry(models.Model):
    """Written only by `catalog.services.search_index`. Dates decide at query time, so no nightly refresh is owed.

    `available_until`: last day on which one may still join (start of a session with fixed dates, end of
    one with permanent entries), 9999-12-31 when the feed gives no date.
    """

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="search_entry")
    training = models.ForeignKey(Training, models.CASCADE, related_name="search_entries")
    document = SearchVectorField()
    is_remote = models.BooleanField()
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    commune_code = models.CharField(max_length=5, blank=True, default="")
    department_code = models.CharField(max_length=3, blank=True, default="")
    region_code = models.CharField(max_length=3, blank=True, default="")
    starts_on = models.DateField()
    available_until = models.DateField()
    price_cents = models.PositiveIntegerField(null=True)
    hours_minutes = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = "entrée de recherche"
        verbose_name_plural = "entrées de recherche"
        indexes = [
            GinIndex(fields=["document"], name="catalog_search_document"),
            models.Index(fields=["latitude", "longitude"], name="catalog_search_position"),
            models.Index(fields=["region_code", "department_code"], name="catalog_search_area"),
        ]

    def __str__(self) -> str:
        return f"{self.training_id} / {self.session_id}"
