from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils import timezone

from accounts.enums import DelegatedAct, DelegateKind

USUAL_DAYS = 90


class DelegationForm(forms.Form):
    kind = forms.ChoiceField(
        label="Qui est cette personne ?",
        choices=DelegateKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )
    delegate_name = forms.CharField(
        label="Son nom et son prénom",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Nommez la personne."},
    )
    acts = forms.MultipleChoiceField(
        label="Ce qu’elle peut faire",
        choices=DelegatedAct.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un acte."},
    )
    ends_on = forms.DateField(
        label="Jusqu’au",
        help_text="Un an au plus.",
        initial=lambda: timezone.localdate() + timedelta(days=USUAL_DAYS),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Indiquez le dernier jour.", "invalid": "Écrivez une date."},
    )


class DelegationCodeForm(forms.Form):
    code = forms.CharField(
        label="Code que la personne vous a remis",
        help_text="Dix signes, avec ou sans espace.",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Recopiez le code."},
    )
