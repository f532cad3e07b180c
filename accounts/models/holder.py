from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from accounts.enums import Sex, SituationKind, SituationSource
from accounts.rules.birth_dates import BirthDate
from cpa_portal.kernel.encryption import KEYED_HASH_LENGTH, EncryptedCharField
from cpa_portal.kernel.masking import mask_nir

PARTIAL_BIRTH_DATE = r"^(18|19|20)[0-9]{2}-(00|0[1-9]|1[0-2])-00$"


def inclusive_dates(start: str, end: str) -> Func:
    """The days from one column to another, both included; an empty end means "until further notice"."""
    return Func(F(start), F(end), Value("[]"), function="daterange", output_field=DateRangeField())


class Holder(models.Model):
    """An account holder (titulaire): exists from the first day of working life, signed up or not."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="holder",
        verbose_name="utilisateur",
    )
    birth_name = models.CharField("nom de naissance", max_length=100)
    usual_name = models.CharField("nom d’usage", max_length=100, blank=True)
    first_names = models.CharField("prénoms", max_length=150)
    sex = models.CharField("sexe", max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_date = models.DateField("date de naissance", null=True, blank=True)
    # When the register ignores the day or the month, as INSEE writes it: 1962-05-00. `birth_date` is then empty.
    partial_birth_date = models.CharField("date de naissance incomplète", max_length=10, blank=True)
    birth_commune_code = models.CharField("commune de naissance (code INSEE)", max_length=5, blank=True)
    birth_country_code = models.CharField(
        "pays de naissance (code INSEE)",
        max_length=5,
        blank=True,
        help_text="99… pour une naissance à l’étranger.",
    )
    email = models.EmailField("adresse électronique", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    # Rung before an agent, the person being there. Empty: declared, which is all that we know.
    phone_verified_on = models.DateField("téléphone vérifié le", null=True, blank=True)
    postal_address = models.TextField("adresse postale", max_length=400, blank=True)
    # The day on which a code posted there was typed. Empty: declared, or told by a body.
    postal_verified_on = models.DateField("adresse postale vérifiée le", null=True, blank=True)
    home_commune_code = models.CharField("commune de résidence (code INSEE)", max_length=5, blank=True)
    work_commune_code = models.CharField("commune de travail (code INSEE)", max_length=5, blank=True)
    # "Ne m’appelez pas": honoured by whoever would telephone.
    refuses_calls = models.BooleanField("ne pas appeler", default=False)
    # When the question on the diploma was first shown: it is asked once by itself, then from « Ma situation ».
    diploma_asked_at = models.DateTimeField("diplôme demandé le", null=True, blank=True)
    deceased_on = models.DateField("date de décès", null=True, blank=True)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    updated_at = models.DateTimeField("modifié le", auto_now=True)

    class Meta:
        verbose_name = "titulaire"
        indexes = [
            models.Index(fields=["birth_date", "birth_name"], name="accounts_holder_identity_idx"),
            models.Index(
                fields=["partial_birth_date"],
                condition=~Q(partial_birth_date=""),
                name="accounts_holder_partial_idx",
            ),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="accounts_holder_phone_idx"),
            models.Index(fields=["home_commune_code"], name="accounts_holder_home_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(deceased_on__isnull=True)
                | Q(birth_date__isnull=True)
                | Q(deceased_on__gte=F("birth_date")),
                name="accounts_holder_dies_after_birth",
            ),
            models.CheckConstraint(
                condition=Q(partial_birth_date="")
                | Q(birth_date__isnull=True, partial_birth_date__regex=PARTIAL_BIRTH_DATE),
                name="accounts_holder_one_birth_date",
                violation_error_message="Une date incomplète s’écrit 1962-05-00 ou 1962-00-00.",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """First given name and the name the person uses every day."""
        first_name = self.first_names.replace(",", " ").split(" ")[0]
        return f"{first_name} {self.usual_name or self.birth_name}".strip()

    @property
    def known_birth_date(self) -> BirthDate | None:
        """What is known of the date of birth, None when nothing is."""
        if self.birth_date is not None:
            return BirthDate.of(self.birth_date)
        return BirthDate.parse(self.partial_birth_date) if self.partial_birth_date else None

    @property
    def is_alive(self) -> bool:
        return self.deceased_on is None


class HolderNIR(models.Model):
    """One social security number over time. A temporary number keeps its row when the final one replaces
    it.
    """

    holder = models.ForeignKey(
        Holder, on_delete=models.CASCADE, related_name="nirs", verbose_name="titulaire"
    )
    nir = EncryptedCharField("NIR (chiffré)")
    nir_hash = models.CharField("empreinte du NIR", max_length=KEYED_HASH_LENGTH, unique=True, editable=False)
    since = models.DateField("depuis le")
    until = models.DateField("jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "NIR d’un titulaire"
        verbose_name_plural = "NIR des titulaires"
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=Q(until__isnull=True), name="accounts_nir_one_current"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="accounts_nir_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        # A number that reaches a log or a traceback through str() must already be masked.
        return self.masked

    @property
    def masked(self) -> str:
        return mask_nir(self.nir)


class SituationQuerySet(models.QuerySet["Situation"]):
    def on(self, day: date) -> SituationQuerySet:
        """The situations that hold on that day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class Situation(models.Model):
    """What a person was, between two days included, and who says so."""

    holder = models.ForeignKey(
        Holder, on_delete=models.CASCADE, related_name="situations", verbose_name="titulaire"
    )
    kind = models.CharField("situation", max_length=30, choices=SituationKind.choices)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au (inclus)", null=True, blank=True)
    source = models.CharField("origine", max_length=20, choices=SituationSource.choices)
    source_detail = models.CharField("précision sur l’origine", max_length=200, blank=True)
    details = models.JSONField("précisions", default=dict, blank=True)
    recorded_at = models.DateTimeField("enregistré le", auto_now_add=True)

    objects = SituationQuerySet.as_manager()

    class Meta:
        verbose_name = "situation"
        ordering = ["-starts_on", "kind"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="accounts_situation_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SituationKind.values), name="accounts_situation_kind_known"
            ),
            ExclusionConstraint(
                name="accounts_situation_no_overlap",
                expressions=[
                    ("holder", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (inclusive_dates("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} depuis le {self.starts_on:%d/%m/%Y}"
