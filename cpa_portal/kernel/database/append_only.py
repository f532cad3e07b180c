from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class AppendOnlyModel(models.Model):
    """Rows are added, never changed: the running role is granted SELECT and INSERT on the table, no more.

    The migration adds `ForbidChanges(table)`, so that the owner's own mistakes are refused too. Foreign keys are
    PROTECT, RESTRICT or DO_NOTHING. Lock the parent row, never one of these: FOR UPDATE needs the UPDATE privilege.
    """

    # A model that is not append-only may carry this too: the running role may then not UPDATE these columns, which
    # a SECURITY DEFINER trigger writes (and must reset on INSERT, since Django names every column there).
    database_written_fields: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True


class PartitionedModel(AppendOnlyModel):
    """An append-only table cut by month of `at`, the instant at which the database received the row.

    For Django the key is `id`; in the database it is `(id, at)`. A key that must be unique across months needs a
    table of its own. A foreign key to this table takes `db_constraint=False`.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    class Meta:
        abstract = True
