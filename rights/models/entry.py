from __future__ import annotations

from django.db import models
from django.db.models import Q

from cpa_portal.kernel.database import AppendOnlyModel, PartitionedModel
from rights.enums import KINDS_THAT_ADD, KINDS_THAT_TAKE, EntryKind
from rights.models.counter import Counter, DatabaseWrittenInteger
from rights.models.training_file import TrainingFile


class Entry(PartitionedModel):
    """One movement on a counter, in its unit: positive adds, negative takes. Never changed, never removed.

    `position` numbers the entries of a counter from 1 without gap, in the order in which they were applied;
    `balance_after` is the balance left by this one. Both come from the database, as does `at`.
    """

    counter = models.ForeignKey(
        # The index of the history begins with it.
        Counter,
        on_delete=models.PROTECT,
        related_name="entries",
        db_index=False,
        verbose_name="compteur",
    )
    position = DatabaseWrittenInteger("rang")
    kind = models.CharField("nature", max_length=20, choices=EntryKind.choices)
    amount = models.BigIntegerField("montant")
    balance_after = DatabaseWrittenInteger("solde après")
    value_date = models.DateField("date de valeur")
    # The law often gives a period where a ledger needs a day: such a day is ours, and said to be.
    date_is_estimated = models.BooleanField("date estimée", db_default=False, default=False)
    label = models.CharField("libellé", max_length=300)
    source = models.CharField("origine", max_length=200)
    # What makes posting the same fact twice impossible; unique across months through EntryKey.
    key = models.CharField("clé", max_length=200)
    derivation = models.JSONField("calcul", default=dict, blank=True)
    training_file = models.ForeignKey(
        TrainingFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        # Few entries have one: the partial index below.
        db_index=False,
        verbose_name="dossier",
    )

    class Meta:
        verbose_name = "écriture"
        indexes = [
            models.Index(fields=["counter", "-position"], name="rights_entry_history_idx"),
            models.Index(
                fields=["training_file"],
                name="rights_entry_file_idx",
                condition=Q(training_file__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="rights_entry_moves_something"),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="rights_entry_kind_known"),
            models.CheckConstraint(
                condition=(
                    (~Q(kind__in=KINDS_THAT_ADD) | Q(amount__gt=0))
                    & (~Q(kind__in=KINDS_THAT_TAKE) | Q(amount__lt=0))
                ),
                name="rights_entry_sign_of_kind",
            ),
            models.CheckConstraint(
                condition=~Q(label="") & ~Q(source="") & ~Q(key=""), name="rights_entry_says_what_and_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.value_date:%d/%m/%Y}"


class EntryKey(AppendOnlyModel):
    """The uniqueness of entries across months, which a partitioned table cannot hold by itself.

    Filled by the trigger of `rights_entry` in the same statement: no entry without its key.
    """

    key = models.CharField("clé", max_length=200, primary_key=True)
    # Its unique constraint begins with the counter.
    counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="compteur"
    )
    position = models.BigIntegerField("rang")

    class Meta:
        verbose_name = "clé d’écriture"
        verbose_name_plural = "clés d’écriture"
        constraints = [
            models.UniqueConstraint(fields=["counter", "position"], name="rights_entry_key_one_per_position"),
        ]

    def __str__(self) -> str:
        return self.key
