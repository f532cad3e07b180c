from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.forms.activation import PersonNumberForm


class DeathForm(PersonNumberForm):
    deceased_on = forms.DateField(
        label="Date du décès",
        help_text="Laissez vide pour corriger une erreur.",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
    )
    is_correction = forms.BooleanField(
        label="Corriger une erreur : la personne est vivante",
        required=False,
    )
    source = forms.CharField(
        label="Pièce ou origine",
        help_text="Par exemple : acte de décès n° 12, commune d’Ajaccio.",
        max_length=200,
        error_messages={"required": "Indiquez la pièce qui le montre."},
    )

    def clean_deceased_on(self) -> date | None:
        day: date | None = self.cleaned_data["deceased_on"]
        if day is not None and day > timezone.localdate():
            raise ValidationError("Cette date est à venir.")
        return day

    def clean(self) -> None:
        super().clean()
        if not self.cleaned_data.get("is_correction") and not self.cleaned_data.get("deceased_on"):
            self.add_error("deceased_on", "Indiquez la date du décès.")
