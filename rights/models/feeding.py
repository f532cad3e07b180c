from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Holder
from cpa_portal.kernel.database import AppendOnlyModel
from rights.enums import DeclarationKind
from rights.models.counter import Counter


class Declaration(AppendOnlyModel):
    """What a body declared of one person for one year of activity. A correction is a new version, never a change.

    `reference` is the declarant's own (contract, file, commitment) and unique for a kind, year and person; the highest
    version is the one in force. `facts` are exact: numbers are written as text.
    """

    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="declarations", verbose_name="titulaire"
    )
    kind = models.CharField("nature", max_length=20, choices=DeclarationKind.choices)
    year = models.PositiveSmallIntegerField("année d’activité")
    reference = models.CharField("référence du déclarant", max_length=100)
    version = models.PositiveIntegerField("version")
    facts = models.JSONField("faits déclarés")
    source = models.CharField("fichier", max_length=200)
    received_at = models.DateTimeField("reçue le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "déclaration annuelle"
        verbose_name_plural = "déclarations annuelles"
        indexes = [
            models.Index(
                fields=["holder"],
                name="rights_declaration_dated_idx",
                condition=Q(kind=DeclarationKind.SUPPLEMENT),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "holder", "kind", "reference", "version"],
                name="rights_declaration_one_per_version",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DeclarationKind.values), name="rights_declaration_kind_known"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="rights_declaration_has_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} de {self.year}, version {self.version}"


class YearlyFeeding(models.Model):
    """How far one part of a year of one counter is fed: what makes a second run add nothing.

    `posted` is the sum of the entries of the part, `balance_before` what its ceiling was compared with the first time
    (a correction compares with the same), `rounds` how many entries the part has.
    """

    # Its unique constraint begins with the counter.
    counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, related_name="feedings", db_index=False, verbose_name="compteur"
    )
    year = models.PositiveSmallIntegerField("année d’activité")
    part = models.CharField("part", max_length=120)
    posted = models.BigIntegerField("montant inscrit")
    balance_before = models.BigIntegerField("solde avant")
    rounds = models.PositiveIntegerField("nombre d’inscriptions", default=1)

    class Meta:
        verbose_name = "alimentation annuelle"
        verbose_name_plural = "alimentations annuelles"
        constraints = [
            models.UniqueConstraint(
                fields=["counter", "year", "part"], name="rights_yearlyfeeding_one_per_part"
            ),
            models.CheckConstraint(condition=Q(posted__gte=0), name="rights_yearlyfeeding_posted_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.part} de {self.year}"
