"""The answer of the Caisse des dépôts to a request for points."""

from __future__ import annotations

from typing import Any

from django import forms

GRANT, REFUSE = "grant", "refuse"


class PointsDecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="Votre décision",
        choices=((GRANT, "Accepter : les points sont pris"), (REFUSE, "Refuser : les points sont rendus")),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez d’accepter ou de refuser."},
    )
    reason = forms.CharField(
        label="Motif, que la personne lira",
        help_text="Obligatoire pour un refus : dites pourquoi, et ce qui changerait la réponse.",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    understood = forms.BooleanField(
        label="J’ai vérifié : cette décision ne s’annule pas",
        error_messages={"required": "Cochez la case pour confirmer : une décision ne s’annule pas."},
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("decision") == REFUSE and not cleaned.get("reason", "").strip():
            self.add_error("reason", "Écrivez le motif du refus : la personne le lira.")
        return cleaned

    @property
    def is_granted(self) -> bool:
        return bool(self.cleaned_data["decision"] == GRANT)
