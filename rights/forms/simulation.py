from __future__ import annotations

from fractions import Fraction

from django import forms

from rights.forms.fields import EurosField
from rights.rules.funding import Action
from rights.selectors.simulation import Supposition

ACTIONS = (
    (Action.RNCP, "Un diplôme ou un titre (RNCP), ou un de ses blocs"),
    (Action.RS, "Une certification du répertoire spécifique (langues, bureautique…)"),
    (Action.SKILLS_REVIEW, "Un bilan de compétences"),
    (Action.VAE, "Une validation des acquis (VAE)"),
    (Action.LIGHT_LICENCE, "Un permis B, A ou BE"),
    (Action.HEAVY_LICENCE, "Un permis poids lourd"),
)
WORK = (
    ("100", "Temps plein ou au moins un mi-temps"),
    ("30", "Moins d’un mi-temps (30 %)"),
    ("0", "Sans activité"),
)


class SimulationForm(forms.Form):
    """What the person imagines. Everything is in the address, so that they may keep it or send it themselves."""

    annees = forms.IntegerField(label="Dans combien d’années ?", min_value=0, max_value=10, initial=0)
    travail = forms.ChoiceField(label="D’ici là, vous travailleriez", choices=WORK, initial="100")
    sans_diplome = forms.BooleanField(label="Sans diplôme de niveau CAP (droits majorés)", required=False)
    sans_emploi = forms.BooleanField(
        label="Inscrit à France Travail au moment de la formation", required=False
    )
    action = forms.ChoiceField(
        label="La formation serait",
        choices=[(action.value, label) for action, label in ACTIONS],
        initial=Action.RNCP,
    )
    prix = EurosField(
        label="Son prix, en euros (laissez vide pour ne voir que vos droits)", min_value=0, required=False
    )
    employeur = EurosField(label="Ce que votre employeur ajouterait, en euros", min_value=0, required=False)

    def supposition(self) -> Supposition:
        """What was typed, once valid."""
        data = self.cleaned_data
        return Supposition(
            years=data["annees"],
            share=Fraction(int(data["travail"]), 100),
            low_qualified=data["sans_diplome"],
            job_seeker=data["sans_emploi"],
            action=Action(data["action"]),
            price_cents=data["prix"] or 0,
            employer_cents=data["employeur"] or 0,
        )
