"""The fields that several forms of rights ask for: a day, an amount in euros."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone


def day_field(
    label: str, *, required: bool = True, validators: tuple[Callable[[date], None], ...] = ()
) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=list(validators),
        error_messages={"required": "Indiquez la date.", "invalid": "Écrivez une date."},
    )


def not_to_come(message: str) -> Callable[[date], None]:
    """A validator: the day is today or before, in Paris."""

    def validate(day: date) -> None:
        if day > timezone.localdate():
            raise forms.ValidationError(message)

    return validate


class EurosField(forms.DecimalField):
    """An amount typed in euros, up to 9,999,999.99. Its initial and its cleaned values are cents, as integers."""

    def __init__(self, *, min_value: Decimal | float = 0.01, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_digits=9, decimal_places=2, **kwargs)

    def clean(self, value: Any) -> int | None:
        euros = super().clean(value)
        return None if euros is None else int(euros * 100)

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / 100:.2f}" if isinstance(value, int) else value
