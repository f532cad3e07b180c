from __future__ import annotations

from django import forms

from accounts.enums import DataRequestKind


class DataRequestForm(forms.Form):
    kind = forms.ChoiceField(
        label="Que demandez-vous ?",
        choices=DataRequestKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez votre demande."},
    )
    text = forms.CharField(
        label="Expliquez votre demande",
        help_text="Par exemple : quelle donnée est fausse, et ce qu’elle devrait être.",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Expliquez votre demande en quelques mots."},
    )


class AfterDeathForm(forms.Form):
    text = forms.CharField(
        label="Vos instructions",
        help_text="Ce que vous souhaitez pour vos données après votre décès : effacement, communication à vos proches…",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Écrivez vos instructions."},
    )
    trusted_person = forms.CharField(
        label="Personne chargée de les faire respecter",
        help_text="Nom, et moyen de la joindre.",
        max_length=200,
        required=False,
    )


class RestrictionEndForm(forms.Form):
    restriction = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(label="Motif de la fin de la limitation", max_length=500)
