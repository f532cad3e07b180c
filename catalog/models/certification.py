"""Certifications of the national registers (RNCP, RS), their blocks, and the occupations they lead to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from catalog.enums import CertificationState


class Occupation(models.Model):
    """An occupation of the ROME (France Travail) with the job titles that people use for it."""

    code = models.CharField("code ROME", max_length=5, primary_key=True)
    label = models.CharField("intitulé", max_length=250)
    titles = ArrayField(models.CharField(max_length=250), default=list, verbose_name="appellations")
    near_codes = ArrayField(models.CharField(max_length=5), default=list, verbose_name="métiers proches")
    # The words of its name, ready for the index: see catalog/words.py.
    search_lemmas = models.TextField(blank=True, default="", editable=False)
    search_families = models.TextField(blank=True, default="", editable=False)

    class Meta:
        verbose_name = "métier"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.label


class Certification(models.Model):
    code = models.CharField("numéro", max_length=11, primary_key=True, help_text="RNCP34738, RS5634…")
    diploma = models.CharField("type", max_length=60, blank=True, default="", help_text="CAP, BTS, Master…")
    title = models.CharField("intitulé", max_length=500)
    level = models.PositiveSmallIntegerField(
        "niveau", null=True, blank=True, help_text="3 CAP, 4 bac, 5 bac+2, 6 bac+3 ou 4, 7 bac+5, 8 doctorat."
    )
    state = models.CharField("état", max_length=10, choices=CertificationState)
    expires_on = models.DateField("fin d'enregistrement", null=True, blank=True)
    nsf_codes = ArrayField(models.CharField(max_length=5), default=list, verbose_name="codes NSF")
    formacodes = ArrayField(models.CharField(max_length=5), default=list, verbose_name="Formacodes")
    formacode_labels = ArrayField(models.CharField(max_length=120), default=list, verbose_name="domaines")
    certifiers = ArrayField(models.CharField(max_length=250), default=list, verbose_name="certificateurs")
    successor_codes = ArrayField(
        models.CharField(max_length=11), default=list, blank=True, verbose_name="remplacée par",
        help_text="Certifications qui prennent sa suite, même si elles ne sont pas encore connues ici.",
    )  # fmt: skip
    occupations = models.ManyToManyField(
        Occupation, related_name="certifications", verbose_name="métiers", blank=True
    )
    search_lemmas = models.TextField(blank=True, default="", editable=False)
    search_families = models.TextField(blank=True, default="", editable=False)
    closed_on = models.DateField("absente depuis", null=True, blank=True)

    class Meta:
        verbose_name = "certification"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^(RNCP|RS)[0-9]{1,6}$"),
                name="catalog_certification_code_is_national",
            ),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__range=(1, 8)),
                name="catalog_certification_level_is_european",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_title} ({self.code})"

    @property
    def full_title(self) -> str:
        """The diploma and its title, as people say it: « CAP Cuisine »."""
        return f"{self.diploma} {self.title}".strip()

    @property
    def register(self) -> str:
        """RNCP: a diploma or title. RS: a skill of its own (language, licence, safety…)."""
        return "RNCP" if self.code.startswith("RNCP") else "RS"


class CertificationBlock(models.Model):
    """A block of skills, which may be obtained on its own."""

    code = models.CharField("code", max_length=16, primary_key=True)
    certification = models.ForeignKey(
        Certification, models.CASCADE, related_name="blocks", verbose_name="certification"
    )
    title = models.CharField("intitulé", max_length=500)

    class Meta:
        verbose_name = "bloc de compétences"
        verbose_name_plural = "blocs de compétences"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
