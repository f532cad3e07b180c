"""The forms of proofs, blocks and freezes."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.enums import CheckedFact
from accounts.forms.activation import BirthDateField, CodeForm, NameForm, PersonNumberForm
from accounts.forms.contact_points import PhoneField

__all__ = ["CodeForm", "CounterCheckForm", "FreezeForm", "ReopenForm"]


class CounterCheckForm(PersonNumberForm, NameForm):
    """Who stands at the counter, what the agent saw, and why."""

    birth_date = BirthDateField(label="Date de naissance")
    facts = forms.MultipleChoiceField(
        label="Justificatifs vus",
        help_text="Deux au moins, dont un avec photographie.",
        choices=CheckedFact.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez les justificatifs que vous avez vus."},
    )
    reason = forms.CharField(
        label="Motif du contrôle",
        max_length=200,
        error_messages={"required": "Indiquez pourquoi la personne vient faire vérifier son identité."},
    )

    phone_that_rang = PhoneField(
        label="Téléphone qui a sonné devant vous",
        help_text="Facultatif. Composez le numéro que la personne vous donne : s’il sonne devant vous et qu’elle l’a "
        "déclaré, il sera marqué comme vérifié.",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["number", "birth_name", "birth_date", "facts", "reason", "phone_that_rang"])


class FreezeForm(PersonNumberForm):
    """Whose account is frozen, and why."""

    reason = forms.CharField(
        label="Motif du gel", max_length=300, error_messages={"required": "Indiquez le motif du gel."}
    )


class ReopenForm(forms.Form):
    """One of the two steps of a reopening."""

    block = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Motif de la levée", max_length=300, required=False)
