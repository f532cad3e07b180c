from __future__ import annotations

from django import forms


class RuleApprovalForm(forms.Form):
    seule = forms.BooleanField(
        label="Envoyer sans demander de confirmation",
        required=False,
        help_text="Sinon, chaque lot que la règle prépare attend qu’un agent le confirme.",
    )


class RuleEndForm(forms.Form):
    pourquoi = forms.CharField(label="Pourquoi l’arrêter", max_length=300)
