"""What was imported, how far it went, and every field that was refused or repaired on the way."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import get_valid_filename

from accounts.models import BackgroundJob
from accounts.models.work import private_storage
from catalog.enums import FindingAction, ImportKind, ImportState, OrderState

HANDED_OVER_FOLDER = "imports"


class ImportRun(models.Model):
    """One import of one file. `position` counts the records already stored: a restart goes on from there.

    A trial reads the whole file and stores its report alone; `difference` then holds, by what would happen to them
    (created, changed, closed), the names of the first records concerned.
    """

    kind = models.CharField("nature", max_length=20, choices=ImportKind)
    feed = models.CharField("flux", max_length=60, blank=True, default="")
    file_name = models.CharField("fichier", max_length=250)
    sha256 = models.CharField("empreinte", max_length=64)
    is_trial = models.BooleanField("essai", default=False, db_default=False)
    difference = models.JSONField("ce qui changerait", default=dict, db_default={}, blank=True)
    state = models.CharField("état", max_length=10, choices=ImportState, default=ImportState.RUNNING)
    position = models.PositiveIntegerField("enregistrements lus", default=0)
    created = models.PositiveIntegerField("créés", default=0)
    changed = models.PositiveIntegerField("modifiés", default=0)
    closed = models.PositiveIntegerField("retirés", default=0)
    refused = models.PositiveIntegerField("champs refusés", default=0)
    repaired = models.PositiveIntegerField("champs corrigés", default=0)
    message = models.CharField("message", max_length=500, blank=True, default="")
    started_at = models.DateTimeField("début", auto_now_add=True)
    finished_at = models.DateTimeField("fin", null=True, blank=True)

    class Meta:
        verbose_name = "import"
        ordering = ["-started_at"]
        constraints = [
            # Two imports of one feed at once would close each other's trainings.
            models.UniqueConstraint(
                fields=["kind", "feed"],
                condition=Q(state=ImportState.RUNNING, is_trial=False),
                name="catalog_import_run_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.file_name}"


class ImportFinding(models.Model):
    """One line of the report: `file,path,identifier,field,value,rule,action`."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="findings", verbose_name="import")
    path = models.CharField("chemin", max_length=300)
    identifier = models.CharField("identifiant", max_length=160, blank=True, default="")
    field = models.CharField("champ", max_length=80)
    value = models.CharField("valeur", max_length=200, blank=True, default="")
    rule = models.CharField("règle", max_length=60)
    action = models.CharField("suite", max_length=10, choices=FindingAction)
    line = models.PositiveIntegerField("ligne du fichier", null=True, blank=True)

    class Meta:
        verbose_name = "remarque d'import"
        verbose_name_plural = "remarques d'import"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.path} {self.rule}"


def handed_over_path(instance: "ImportOrder", filename: str) -> str:
    """In a folder of its own that cannot be guessed, under its name: it names the feed, and the report quotes it."""
    return f"{HANDED_OVER_FOLDER}/{secrets.token_hex(20)}/{get_valid_filename(filename)[-100:]}"


class ImportOrder(models.Model):
    """A file handed over on a page. It is read first, and nothing is written; then somebody decides.

    `siret`: the organisation that tries its own file. Such an order ends with its report, and is never imported.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("nature", max_length=20, choices=ImportKind)
    feed = models.CharField("flux", max_length=60, blank=True, default="")
    is_complete = models.BooleanField("fichier complet", default=False)
    file_name = models.CharField("fichier", max_length=250)
    # Emptied once nothing more is to be read of it.
    file = models.FileField(
        "contenu", storage=private_storage, upload_to=handed_over_path, max_length=200, blank=True
    )
    siret = models.CharField("SIRET de l'organisme", max_length=14, blank=True, default="")
    state = models.CharField("état", max_length=10, choices=OrderState, default=OrderState.WAITING)
    job = models.ForeignKey(BackgroundJob, models.SET_NULL, null=True, blank=True, related_name="+")
    trial = models.OneToOneField(
        ImportRun, models.CASCADE, null=True, blank=True, related_name="order", verbose_name="essai"
    )
    run = models.ForeignKey(
        ImportRun, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="import"
    )
    message = models.CharField("message", max_length=500, blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="demandé par"
    )
    created_at = models.DateTimeField("demandé le", auto_now_add=True)

    class Meta:
        verbose_name = "fichier à importer"
        verbose_name_plural = "fichiers à importer"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=OrderState.values), name="catalog_import_order_state_known"
            ),
            models.CheckConstraint(
                condition=Q(siret="")
                | (~Q(state__in=[OrderState.CONFIRMED, OrderState.DONE]) & Q(run__isnull=True)),
                name="catalog_import_order_of_organisation_publishes_nothing",
            ),
            models.CheckConstraint(
                condition=Q(trial__isnull=False)
                | ~Q(state__in=[OrderState.CHECKED, OrderState.CONFIRMED, OrderState.DONE]),
                name="catalog_import_order_is_read_before",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=[OrderState.WAITING, OrderState.CONFIRMED]),
                name="catalog_import_order_to_do",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.file_name}"


class ImportedTraining(models.Model):
    """Staging: what a run has seen so far. Emptied at its end, when what it did not see is closed."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="seen")
    training = models.ForeignKey("catalog.Training", models.CASCADE)

    class Meta:
        verbose_name = "formation vue par un import"
        verbose_name_plural = "formations vues par un import"
        constraints = [
            models.UniqueConstraint(fields=["run", "training"], name="catalog_imported_training_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id} / {self.training_id}"
