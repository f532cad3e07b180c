"""A new telephone, a new postal address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.rules.contact_points import MAX_LINE_LENGTH, MAX_LINES, canonical_address, canonical_phone


class PhoneField(forms.CharField):
    """Cleans to the one writing of a number."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "maxlength": 30})
        super().__init__(max_length=30, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return canonical_phone(text) if text else ""
        except ValueError:
            raise ValidationError(
                "Ce numéro n’est pas complet. Écrivez dix chiffres, ou un numéro international commençant par « + »."
            ) from None


class PhoneForm(forms.Form):
    new_value = PhoneField(
        label="Nouveau téléphone",
        help_text="Dix chiffres, par exemple 06 12 34 56 78, ou un numéro international, par exemple +32 470 12 34 56.",
        error_messages={"required": "Indiquez votre nouveau numéro."},
    )


class PostalAddressForm(forms.Form):
    new_value = forms.CharField(
        label="Nouvelle adresse postale",
        help_text="Sans votre nom, une ligne par élément : bâtiment ou étage, numéro et rue, code postal et ville, "
        f"pays s’il n’est pas la France. {MAX_LINES} lignes de {MAX_LINE_LENGTH} caractères au plus.",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": MAX_LINES, "autocomplete": "street-address"}),
        error_messages={"required": "Indiquez votre nouvelle adresse."},
    )

    def clean_new_value(self) -> str:
        try:
            return canonical_address(self.cleaned_data["new_value"])
        except ValueError:
            raise ValidationError(
                f"Écrivez l’adresse sur deux à {MAX_LINES} lignes, de {MAX_LINE_LENGTH} caractères au plus : c’est ce "
                "qu’une enveloppe peut porter."
            ) from None
