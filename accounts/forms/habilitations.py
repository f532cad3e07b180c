from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.enums import StaffRole
from accounts.permissions import is_administrator

if TYPE_CHECKING:
    from accounts.models import User


class InvitationForm(forms.Form):
    email = forms.EmailField(label="Adresse électronique professionnelle")
    role = forms.ChoiceField(label="Rôle", choices=StaffRole.choices)
    scope_code = forms.CharField(
        label="Périmètre",
        required=False,
        max_length=20,
        help_text="Code INSEE de la région, code de l’opérateur ou SIRET, selon le rôle.",
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_administrator(actor):
            self.fields["role"].choices = [  # type: ignore[attr-defined]
                (StaffRole.CEP_ADVISER.value, StaffRole.CEP_ADVISER.label)
            ]


class AcceptForm(forms.Form):
    """A password for the new account. An address that has an account signs in instead."""

    password = forms.CharField(
        label="Choisissez un mot de passe",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Douze caractères au moins ; une phrase convient bien.",
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class FindingForm(forms.Form):
    finding = forms.CharField(
        label="Ce que vous avez constaté",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Sans nom de titulaire : le journal des consultations suffit à retrouver qui est concerné.",
    )
