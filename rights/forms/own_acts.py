"""What a person confirms before their rights change: what it is, and what they read of it."""

from __future__ import annotations

from django import forms

from accounts.services.idempotency import IdempotentFormMixin
from rights.enums import PointsUse
from rights.rules.conversion import MainActivity

TOWARD = (
    (MainActivity.PUBLIC.value, "Mes euros en heures"),
    (MainActivity.PRIVATE.value, "Mes heures en euros"),
)


class ConversionForm(IdempotentFormMixin):
    """`expected_given`: what the other counter receives, in its unit, as the page said it."""

    toward = forms.ChoiceField(choices=TOWARD, widget=forms.HiddenInput)
    expected_given = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    understood = forms.BooleanField(
        label="J’ai compris que cette conversion ne s’annule pas",
        error_messages={"required": "Cochez la case pour confirmer : une conversion ne s’annule pas."},
    )


class PointsForm(forms.Form):
    """What the points would be used for; the address holds it, nothing is written yet."""

    use = forms.ChoiceField(label="Utiliser mes points pour", choices=PointsUse.choices)
    points = forms.IntegerField(
        label="Nombre de points",
        help_text="Un par un pour une formation ; par dizaines pour un temps partiel ou la retraite.",
        min_value=1,
        max_value=10_000,
    )


class PointsConfirmationForm(IdempotentFormMixin):
    use = forms.ChoiceField(choices=PointsUse.choices, widget=forms.HiddenInput)
    points = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10_000)
