"""What a person keeps of the catalogue: trainings, and searches whose news are told by e-mail."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Now

from accounts.models import Holder
from catalog.enums import AlertFrequency
from catalog.models.offer import Training


class KeptTraining(models.Model):
    """A training that a person put aside. It stays when the training closes: the list then says so."""

    holder = models.ForeignKey(Holder, models.CASCADE, related_name="kept_trainings", verbose_name="personne")
    training = models.ForeignKey(Training, models.PROTECT, related_name="+", verbose_name="formation")
    kept_at = models.DateTimeField("gardée le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "formation gardée"
        verbose_name_plural = "formations gardées"
        ordering = ["-kept_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["holder", "training"], name="catalog_kept_training_once")
        ]

    def __str__(self) -> str:
        return str(self.training)


class SavedSearch(models.Model):
    """A search as its address says it (`query`), and how often the person wants to be told of what is new in it.

    `told_on`: last day whose results were compared with those already known.
    """

    holder = models.ForeignKey(Holder, models.CASCADE, related_name="saved_searches", verbose_name="personne")
    query = models.TextField("recherche")
    label = models.CharField("nom", max_length=120)
    frequency = models.CharField("alerte", max_length=10, choices=AlertFrequency)
    told_on = models.DateField("suivie jusqu’au")
    changed_on = models.DateField("changée le")

    class Meta:
        verbose_name = "recherche gardée"
        verbose_name_plural = "recherches gardées"
        ordering = ["label", "pk"]
        constraints = [
            # By digest: an address may be longer than an index takes.
            models.UniqueConstraint("holder", MD5("query"), name="catalog_saved_search_once"),
            models.CheckConstraint(
                condition=Q(frequency__in=AlertFrequency.values),
                name="catalog_saved_search_frequency_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["told_on"],
                condition=~Q(frequency=AlertFrequency.NEVER),
                name="catalog_saved_search_due",
            )
        ]

    def __str__(self) -> str:
        return self.label


class KnownResult(models.Model):
    """A training that a saved search has found already, by its `fold_key` (see SearchEntry): it is news once."""

    search = models.ForeignKey(SavedSearch, models.CASCADE, related_name="known_results")
    fold_key = models.BigIntegerField()
    found_on = models.DateField("trouvée le")

    class Meta:
        verbose_name = "résultat connu"
        verbose_name_plural = "résultats connus"
        constraints = [
            models.UniqueConstraint(fields=["search", "fold_key"], name="catalog_known_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.search_id} / {self.fold_key}"
