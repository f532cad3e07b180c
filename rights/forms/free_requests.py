from __future__ import annotations

from django import forms

from accounts.services.idempotency import IdempotentFormMixin
from rights.forms.fields import day_field
from rights.rules.funding import Action

FREE_ACTIONS = (
    (Action.SKILLS_REVIEW, "Bilan de compétences"),
    (Action.VAE, "Validation des acquis de l’expérience (VAE)"),
    (Action.LIGHT_LICENCE, "Permis B, A ou BE"),
    (Action.HEAVY_LICENCE, "Permis poids lourd ou transport en commun"),
    (Action.BUSINESS, "Création ou reprise d’entreprise"),
    (Action.MISSION, "Formation à une mission bénévole ou de service civique"),
)


class FreeRequestForm(IdempotentFormMixin):
    """A training that the catalogue does not list: its organisation gives the price and the dates afterwards."""

    action = forms.ChoiceField(
        label="Que voulez-vous faire ?", choices=[(action.value, label) for action, label in FREE_ACTIONS]
    )
    siret = forms.CharField(
        label="SIRET de l’organisme", help_text="14 chiffres, sur son devis ou sa page.", max_length=17
    )
    organisation_name = forms.CharField(label="Nom de l’organisme", max_length=250)
    starts_on = day_field("À partir de quand ?")
    wish = forms.CharField(
        label="Votre demande en quelques mots",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_siret(self) -> str:
        siret = "".join(str(self.cleaned_data["siret"]).split())
        if len(siret) != 14 or not siret.isdigit():
            raise forms.ValidationError("Un SIRET a 14 chiffres. Vérifiez-le sur le devis de l’organisme.")
        return siret
