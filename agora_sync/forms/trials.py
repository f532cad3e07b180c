from __future__ import annotations

from typing import Any

from django import forms

from agora_sync.mapping.reserved_persons import CASES, WITHOUT_FAULT
from agora_sync.services.trials import DEFECT_LABELS, Defect


class TrialForm(forms.Form):
    """Which reserved person is asked about, and what is wrong with the vector."""

    personne = forms.TypedChoiceField(
        label="Personne fictive",
        coerce=int,
        help_text="Chacune obtient toujours la même réponse.",
        choices=[
            (WITHOUT_FAULT, "999 : sans défaut"),
            *((number, f"{number:03d} : {code.qualified_name}") for number, code in CASES.items()),
        ],
    )
    vecteur = forms.ChoiceField(
        label="Vecteur d’identification",
        choices=[(defect.value, label) for defect, label in DEFECT_LABELS.items()],
    )

    def clean_vecteur(self) -> Any:
        return Defect(self.cleaned_data["vecteur"])
