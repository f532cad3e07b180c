from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import User
from agora_sync.enums import ApprovalSide


class ApprovalForm(forms.Form):
    """Whose word is written down: the agent's own for AGORA, or what somebody at the partner wrote."""

    side = forms.ChoiceField(label="Au nom de", choices=ApprovalSide.choices)
    approver = forms.CharField(
        label="Nom de la personne, pour le partenaire",
        max_length=200,
        required=False,
        help_text="Celle qui a signé l’écrit. Pour AGORA, c’est vous.",
    )
    quality = forms.CharField(label="Qualité", max_length=200, help_text="Sa fonction.")
    reference = forms.CharField(
        label="Référence de l’écrit",
        max_length=200,
        required=False,
        help_text="Courrier ou message, avec sa date. Obligatoire pour le partenaire.",
    )

    def said(self, user: User) -> dict[str, Any]:
        """What `approve_mappings` is told."""
        answers = self.cleaned_data
        side = ApprovalSide(answers["side"])
        return {
            "side": side,
            "approver": user.get_full_name() if side == ApprovalSide.AGORA else answers["approver"],
            "quality": answers["quality"],
            "reference": answers["reference"],
            "recorded_by": user,
        }


class MappingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A mapping is of one partner, and ends sooner than was said, never later: beyond, nobody approved it."""

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        application, pagm = answers.get("application"), answers.get("pagm")
        if application and pagm and application.partner_id != pagm.partner_id:
            raise forms.ValidationError("Ce profil est celui d’un autre partenaire.")
        return answers

    def clean_ends_at(self) -> Any:
        wanted, known = self.cleaned_data["ends_at"], self.instance.pk and self.initial.get("ends_at")
        if known and (wanted is None or wanted > known):
            raise forms.ValidationError(
                "La fin ne peut qu’être avancée : au-delà, faites une nouvelle ligne."
            )
        return wanted
