"""What searches read: one row per session that can be found, the vocabulary, and the job titles of the ROME."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from catalog.models.certification import Occupation
from catalog.models.offer import Session, Training


class SearchEntry(models.Model):
    """Written only by `catalog.services.search_index`. Dates decide at query time, so no nightly refresh is owed.

    `document` holds every word and the place (catalog/cells.py), for the index; it is never read back. `subject` holds
    the title (lemmas A, families B) and what it certifies (C, D): short, beside the other columns, it is what ranks.
    `available_until`: last day on which one may still join (start of a session with fixed dates, end of
    one with permanent entries), 9999-12-31 when the feed gives no date. `facets`: the bits of catalog/facets.py
    that do not depend on the day. `fold_key`: the same for the trainings that an organisation describes twice.
    `fundable_until`: last day of the registration that opens the CPF, NULL when nothing opens it.
    """

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="search_entry")
    training = models.ForeignKey(Training, models.CASCADE, related_name="search_entries")
    fold_key = models.BigIntegerField()
    facets = models.BigIntegerField()
    is_remote = models.BooleanField()
    is_permanent = models.BooleanField()
    level = models.PositiveSmallIntegerField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    starts_on = models.DateField()
    available_until = models.DateField()
    registration_starts_on = models.DateField(null=True)
    registration_ends_on = models.DateField(null=True)
    fundable_until = models.DateField(null=True)
    price_cents = models.PositiveIntegerField(null=True)
    hours_minutes = models.PositiveIntegerField(null=True)
    commune_code = models.CharField(max_length=5, blank=True, default="")
    department_code = models.CharField(max_length=3, blank=True, default="")
    region_code = models.CharField(max_length=3, blank=True, default="")
    town_key = models.CharField(max_length=80, blank=True, default="")
    organisation_key = models.CharField(max_length=250, blank=True, default="")
    subject = SearchVectorField()
    document = SearchVectorField()

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


class SearchWord(models.Model):
    """A word that the offer, the certifications or the ROME know: what a misspelt word may be meant for.

    `form` is folded, `weight` counts where it was met. The words of organisations' names are known, and never
    proposed for another.
    """

    form = models.CharField(max_length=60, primary_key=True)
    lemma = models.CharField(max_length=60, db_index=True)
    family = models.CharField(max_length=60, db_index=True)
    weight = models.PositiveIntegerField()
    is_name = models.BooleanField(default=False)

    class Meta:
        verbose_name = "mot connu"
        verbose_name_plural = "mots connus"
        indexes = [
            GinIndex(fields=["form"], name="catalog_search_word_trigrams", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.form


class JobTitle(models.Model):
    """One job title of an occupation, so that the words of a search are found together in one title."""

    occupation = models.ForeignKey(Occupation, models.CASCADE, related_name="job_titles")
    title = models.CharField(max_length=250)
    words = SearchVectorField()

    class Meta:
        verbose_name = "appellation"
        indexes = [GinIndex(fields=["words"], name="catalog_job_title_words")]

    def __str__(self) -> str:
        return self.title
