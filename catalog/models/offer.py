"""The offer: who teaches what, where, when and for how much. Its shape follows LHEO.

Identity is the number that the feed gives. Real feeds repeat a number with another content: `occurrence`
tells the second from the first. What disappears from a feed gets a `closed_on`, it is never deleted,
because a training file may point at it.
"""

import datetime
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from catalog.enums import EntryMode, Modality, RecruitmentState
from catalog.models.certification import Certification
from catalog.models.geography import Commune


class Organisation(models.Model):
    """A training organisation, by the SIRET of the establishment that answers for the training."""

    siret = models.CharField("SIRET", max_length=14, unique=True)
    nda = models.CharField(
        "numéro de déclaration d'activité", max_length=11, blank=True, default="", db_index=True
    )
    name = models.CharField("nom", max_length=250)
    legal_name = models.CharField("raison sociale", max_length=250, blank=True, default="")
    is_qualiopi = models.BooleanField(
        "certifié Qualiopi", null=True, blank=True, help_text="Vide tant que la liste publique ne le dit pas."
    )
    postal_code = models.CharField("code postal", max_length=5, blank=True, default="")
    town = models.CharField("ville", max_length=80, blank=True, default="")
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    email = models.EmailField("courriel", max_length=160, blank=True, default="")
    phone = models.CharField("téléphone", max_length=25, blank=True, default="")
    website = models.URLField("site", max_length=400, blank=True, default="")

    class Meta:
        verbose_name = "organisme de formation"
        verbose_name_plural = "organismes de formation"
        ordering = ["name", "siret"]
        constraints = [
            models.CheckConstraint(
                condition=Q(siret__regex=r"^[0-9]{14}$"), name="catalog_organisation_siret_has_14_digits"
            ),
            models.CheckConstraint(
                condition=Q(nda="") | Q(nda__regex=r"^[0-9]{2}([0-9]{2}|2[AB])[0-9]{7}$"),
                name="catalog_organisation_nda_has_11_digits",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """Where a training is given. `fingerprint` sums up the address, so that one address is one place."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="places", verbose_name="organisme"
    )
    fingerprint = models.UUIDField(editable=False)
    name = models.CharField("nom", max_length=250, blank=True, default="")
    address = models.CharField("adresse", max_length=250, blank=True, default="")
    postal_code = models.CharField("code postal", max_length=5, blank=True, default="")
    town = models.CharField("ville", max_length=80, blank=True, default="")
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)

    class Meta:
        verbose_name = "lieu de formation"
        verbose_name_plural = "lieux de formation"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "fingerprint"], name="catalog_place_is_unique"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="catalog_place_position_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.postal_code} {self.town}".strip()


class Training(models.Model):
    """A training as its organisation describes it. `feed` and `number` (LHEO `@numero`) name it for good."""

    feed = models.CharField("flux", max_length=60)
    number = models.CharField("numéro", max_length=120)
    occurrence = models.PositiveSmallIntegerField("occurrence", default=1)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="trainings", verbose_name="organisme"
    )
    certification = models.ForeignKey(
        Certification,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="trainings",
        verbose_name="certification",
    )
    certification_code = models.CharField(
        "numéro de certification",
        max_length=11,
        blank=True,
        default="",
        db_index=True,
        help_text="Tel que le flux le donne, même si la certification n'est pas encore connue ici.",
    )
    occupation_codes = ArrayField(
        models.CharField(max_length=5), default=list, blank=True, verbose_name="codes ROME"
    )
    title = models.CharField("intitulé", max_length=255)
    objective = models.TextField("objectif", blank=True, default="")
    expected_results = models.TextField("résultats attendus", blank=True, default="")
    content = models.TextField("contenu", blank=True, default="")
    is_certifying = models.BooleanField("certifiante", default=False)
    entry_level = models.PositiveSmallIntegerField("niveau à l'entrée", null=True, blank=True)
    exit_level = models.PositiveSmallIntegerField("niveau à la sortie", null=True, blank=True)
    website = models.URLField("page de l'organisme", max_length=400, blank=True, default="")
    described_on = models.DateField("décrite par l'organisme le", null=True, blank=True)
    search_lemmas = models.TextField(blank=True, default="", editable=False)
    search_families = models.TextField(blank=True, default="", editable=False)
    digest = models.UUIDField(editable=False, default=uuid.uuid4)
    updated_at = models.DateTimeField("mise à jour", auto_now=True)
    closed_on = models.DateField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "formation"
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "number", "occurrence"], name="catalog_training_is_unique_in_feed"
            ),
            models.CheckConstraint(
                condition=(Q(entry_level__isnull=True) | Q(entry_level__range=(1, 8)))
                & (Q(exit_level__isnull=True) | Q(exit_level__range=(1, 8))),
                name="catalog_training_levels_are_european",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Action(models.Model):
    """A way of giving the training: modality, price and length. Money in cents, taxes included; time in minutes."""

    training = models.ForeignKey(Training, models.CASCADE, related_name="actions", verbose_name="formation")
    number = models.CharField("numéro", max_length=120)
    occurrence = models.PositiveSmallIntegerField("occurrence", default=1)
    modality = models.CharField("modalité", max_length=10, choices=Modality, default=Modality.ON_SITE)
    entry_mode = models.CharField("entrées", max_length=15, choices=EntryMode, default=EntryMode.FIXED_DATES)
    price_cents = models.PositiveIntegerField("prix TTC (centimes)", null=True, blank=True)
    hours_minutes = models.PositiveIntegerField("durée (minutes)", null=True, blank=True)
    rhythm = models.CharField("rythme", max_length=300, blank=True, default="")
    conditions = models.TextField("conditions particulières", blank=True, default="")
    accessibility = models.TextField("accès aux personnes handicapées", blank=True, default="")
    languages = models.CharField("langues", max_length=40, blank=True, default="")
    places = models.ManyToManyField(Place, related_name="actions", verbose_name="lieux", blank=True)
    closed_on = models.DateField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "action de formation"
        verbose_name_plural = "actions de formation"
        constraints = [
            models.UniqueConstraint(
                fields=["training", "number", "occurrence"], name="catalog_action_is_unique_in_training"
            )
        ]

    def __str__(self) -> str:
        return f"{self.training} — {self.get_modality_display()}"


class Session(models.Model):
    """A dated occasion. `place` is the main place of its action (LHEO has no place by session), none if remote."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="sessions", verbose_name="action")
    number = models.CharField("numéro", max_length=120)
    occurrence = models.PositiveSmallIntegerField("occurrence", default=1)
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name="lieu"
    )
    starts_on = models.DateField("début", null=True, blank=True)
    ends_on = models.DateField("fin", null=True, blank=True)
    registration_starts_on = models.DateField("début des inscriptions", null=True, blank=True)
    registration_ends_on = models.DateField("fin des inscriptions", null=True, blank=True)
    recruitment_state = models.CharField(
        "inscriptions", max_length=10, choices=RecruitmentState, default=RecruitmentState.OPEN
    )
    closed_on = models.DateField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "session"
        constraints = [
            models.UniqueConstraint(
                fields=["action", "number", "occurrence"], name="catalog_session_is_unique_in_action"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="catalog_session_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["starts_on"], name="catalog_session_starts_on")]

    def __str__(self) -> str:
        return f"{self.action.training} ({self.starts_on or 'sans date'})"

    def is_open_on(self, day: datetime.date) -> bool:
        """Whether someone may still ask for the session that day.

        With fixed dates the session must not have begun (nor be over, when its start is unknown); with
        permanent entries it must not be over. A session without any date is open with permanent entries only.
        """
        if self.closed_on or self.recruitment_state != RecruitmentState.OPEN:
            return False
        if self.action.entry_mode == EntryMode.PERMANENT:
            return self.ends_on is None or self.ends_on >= day
        last_day = self.starts_on or self.ends_on
        return last_day is not None and last_day >= day
