"""The public list of organisations: who declared their activity, and what their Qualiopi certificate covers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalog.enums import QualityScope


class DeclaredOrganisation(models.Model):
    """A declaration of activity on the public list. What leaves the list is dated, never deleted."""

    nda = models.CharField("numéro de déclaration d'activité", max_length=11, primary_key=True)
    previous_ndas = ArrayField(
        models.CharField(max_length=11), default=list, blank=True, verbose_name="numéros précédents"
    )
    name = models.CharField("dénomination", max_length=250)
    siren = models.CharField("SIREN", max_length=9, db_index=True)
    siret = models.CharField("SIRET de l'établissement déclarant", max_length=14, blank=True, default="")
    qualiopi_for = ArrayField(
        models.CharField(max_length=15, choices=QualityScope),
        default=list,
        blank=True,
        verbose_name="Qualiopi pour",
    )
    declared_on = models.DateField("dernière déclaration", null=True, blank=True)
    listed_on = models.DateField("vu sur la liste depuis le")
    delisted_on = models.DateField("absent de la liste depuis le", null=True, blank=True)

    class Meta:
        verbose_name = "organisme déclaré"
        verbose_name_plural = "organismes déclarés"
        ordering = ["nda"]
        constraints = [
            models.CheckConstraint(
                condition=Q(siren__regex=r"^[0-9]{9}$"), name="catalog_declared_siren_has_9_digits"
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__startswith=F("siren")),
                name="catalog_declared_siret_is_of_its_siren",
            ),
            models.CheckConstraint(
                condition=Q(delisted_on__isnull=True) | Q(delisted_on__gte=F("listed_on")),
                name="catalog_declared_leaves_after_it_came",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.nda})"

    @property
    def quality_labels(self) -> list[str]:
        return [QualityScope(scope).label for scope in self.qualiopi_for]
