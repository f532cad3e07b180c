from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Holder
from rights.enums import UNIT_OF_SCHEME, Scheme, Unit


class DatabaseWrittenInteger(models.BigIntegerField):
    """A number that a trigger fills: read back with the row it was inserted in."""

    db_returning = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": 0, "editable": False, **kwargs})


class Counter(models.Model):
    """What one person holds under one scheme, in the scheme's unit.

    `balance` is what may still be used: a hold has already left it, and stands in `reserved` until it is released.
    The numbers are written by the trigger of `rights_entry` alone, so that they equal the sum of the entries; the
    owner of a counter never changes.
    """

    database_written_fields: ClassVar[tuple[str, ...]] = (
        "id", "holder", "scheme", "unit", "balance", "reserved", "last_position",
    )  # fmt: skip

    # Its unique constraint begins with the holder.
    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="counters", db_index=False, verbose_name="titulaire"
    )
    scheme = models.CharField("droit", max_length=20, choices=Scheme.choices)
    unit = models.CharField("unité", max_length=10, choices=Unit.choices)
    balance = DatabaseWrittenInteger("solde disponible")
    reserved = DatabaseWrittenInteger("réservé")
    last_position = DatabaseWrittenInteger("nombre d’écritures")
    opened_at = models.DateTimeField("ouvert le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "compteur"
        constraints = [
            models.UniqueConstraint(fields=["holder", "scheme"], name="rights_counter_one_per_scheme"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="rights_counter_never_negative"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="rights_counter_reserved_positive"),
            models.CheckConstraint(
                condition=Q(
                    *[Q(scheme=scheme, unit=unit) for scheme, unit in UNIT_OF_SCHEME.items()], _connector=Q.OR
                ),
                name="rights_counter_unit_of_scheme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} n° {self.pk}"

    @property
    def scheme_as_enum(self) -> Scheme:
        return Scheme(self.scheme)
