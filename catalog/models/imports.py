"""What was imported, how far it went, and every field that was refused or repaired on the way."""

from django.db import models
from django.db.models import Q

from catalog.enums import FindingAction, ImportKind, ImportState


class ImportRun(models.Model):
    """One import of one file. `position` counts the records already stored: a restart goes on from there."""

    kind = models.CharField("nature", max_length=20, choices=ImportKind)
    feed = models.CharField("flux", max_length=60, blank=True, default="")
    file_name = models.CharField("fichier", max_length=250)
    sha256 = models.CharField("empreinte", max_length=64)
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
                condition=Q(state=ImportState.RUNNING),
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

    class Meta:
        verbose_name = "remarque d'import"
        verbose_name_plural = "remarques d'import"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.path} {self.rule}"


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
