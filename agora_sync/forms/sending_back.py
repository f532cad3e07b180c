from __future__ import annotations

from typing import Any

from django import forms

from agora_sync.mapping.corrections import FIELDS
from rights.forms.fields import day_field


class SendingBackForm(forms.Form):
    """Which value is wrong, by when its author must answer, and what they read."""

    champ = forms.ChoiceField(
        label="Donnée refusée", choices=[(name, field.label) for name, field in FIELDS.items()]
    )
    echeance = day_field("Réponse au plus tard le")
    message = forms.CharField(
        label="Message",
        max_length=1000,
        help_text="Ce qu’AGORA refuse, et ce que vous attendez. Ni nom ni NIR : la page dit quel dossier.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(forms.Form):
    """What the author of a value answers."""

    valeur = forms.CharField(
        label="Valeur juste",
        max_length=500,
        required=False,
        help_text="Laissez vide si la valeur est bonne : expliquez pourquoi dans la réponse.",
    )
    reponse = forms.CharField(label="Réponse", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, field: str, **named: Any) -> None:
        super().__init__(*args, **named)
        self.field = field
        self.fields["valeur"].label = f"Valeur juste : {FIELDS[field].label}"

    def clean_valeur(self) -> str:
        written: str = self.cleaned_data["valeur"].strip()
        if written:
            try:
                return str(FIELDS[self.field].read(written))
            except ValueError as problem:
                raise forms.ValidationError(str(problem)) from None
        return ""
