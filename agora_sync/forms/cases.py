from __future__ import annotations

from typing import Any

from django import forms

from agora_sync.enums import CaseKind
from agora_sync.models import Partner
from agora_sync.selectors.cases import MOST_KEYS
from agora_sync.vector.token import LONGEST_IDENTIFIER
from rights.forms.fields import day_field, not_to_come


class CaseClosingForm(forms.Form):
    """A closed case is never opened again."""

    certain = forms.BooleanField(
        label="Je clos cette affaire pour toujours",
        help_text="Plus aucune trace ne s’ouvrira sous elle, et les siennes ne seront plus retenues.",
        error_messages={"required": "Cochez la case pour clore l’affaire : elle ne se rouvre pas."},
    )


class TraceCaseForm(forms.Form):
    """A case of fraud or audit, as the written request says it."""

    reference = forms.CharField(label="Référence", max_length=60, help_text="Celle de la demande écrite.")
    kind = forms.ChoiceField(label="Nature", choices=CaseKind.choices)
    reason = forms.CharField(
        label="Motif", max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "class": "fr-input"})
    )
    partner = forms.ModelChoiceField(
        label="Partenaire qui demande",
        queryset=Partner.objects.none(),
        required=False,
        empty_label="Aucun : contrôle interne",
        help_text="L’affaire ne couvrira que ses propres échanges.",
    )
    requester = forms.CharField(label="Demandeur", max_length=200, help_text="Nom et fonction.")
    designation = forms.CharField(
        label="Désignation du demandeur",
        max_length=200,
        help_text="Par le responsable de la sécurité du partenaire : courrier et date.",
    )
    requested_on = day_field(
        "Date de la demande écrite", validators=(not_to_come("Cette date n’est pas encore passée."),)
    )
    keys = forms.CharField(
        label="Identifiants des vecteurs ou des traces",
        widget=forms.Textarea(attrs={"rows": 6, "class": "fr-input"}),
        help_text=f"Un par ligne, {MOST_KEYS} au plus. Rien ne s’y ajoute après la validation.",
    )

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        partner = self.fields["partner"]
        assert isinstance(partner, forms.ModelChoiceField)
        partner.queryset = Partner.objects.order_by("name")

    def clean_keys(self) -> list[str]:
        values = list(dict.fromkeys(line.strip() for line in self.cleaned_data["keys"].splitlines()))
        values = [value for value in values if value]
        if not values:
            raise forms.ValidationError("Donnez au moins un identifiant.")
        if len(values) > MOST_KEYS:
            raise forms.ValidationError(f"{MOST_KEYS} identifiants au plus : ouvrez plusieurs affaires.")
        if any(len(value) > LONGEST_IDENTIFIER for value in values):
            raise forms.ValidationError(f"Un identifiant a {LONGEST_IDENTIFIER} caractères au plus.")
        return values
