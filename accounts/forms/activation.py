"""The questions of the activation, one form each, and the field for a date of birth that may be partial."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.rules.birth_dates import BirthDate
from accounts.rules.names import filtered_words
from accounts.rules.typed_numbers import typed_nir
from cpa_portal.kernel.identifiers import InvalidIdentifier

OLDEST_YEAR = 1900


class BirthDateWidget(forms.MultiWidget):
    part_labels = ("Jour", "Mois", "Année")

    def __init__(self) -> None:
        parts = (("bday-day", 2), ("bday-month", 2), ("bday-year", 4))
        super().__init__(
            [
                forms.TextInput(
                    attrs={"inputmode": "numeric", "autocomplete": purpose, "maxlength": size, "size": size}
                )
                for purpose, size in parts
            ]
        )

    def decompress(self, value: BirthDate | None) -> list[str]:
        if value is None:
            return ["", "", ""]
        return [str(value.day or ""), str(value.month or ""), str(value.year)]


class BirthDateField(forms.MultiValueField):
    """Three inputs; the day, or the day and the month, may be left empty by those whose papers do not give them."""

    widget = BirthDateWidget

    def __init__(self, **options: Any) -> None:
        parts = [forms.CharField(required=False) for _ in range(3)]
        super().__init__(parts, require_all_fields=False, **options)

    def compress(self, data_list: list[str]) -> BirthDate | None:
        if not data_list:
            return None
        day, month, year = (_number(part) for part in data_list)
        if year is None:
            raise ValidationError("Indiquez l’année, en quatre chiffres.", code="year")
        try:
            birth_date = BirthDate(year, month, day)
        except ValueError:
            raise ValidationError(
                "Cette date n’existe pas. Vérifiez le jour et le mois ; laissez-les vides s’ils sont inconnus.",
                code="invalid",
            ) from None
        if not OLDEST_YEAR <= year <= timezone.localdate().year:
            raise ValidationError(f"L’année est comprise entre {OLDEST_YEAR} et aujourd’hui.", code="year")
        return birth_date


def _number(part: str) -> int | None:
    """The number typed; None for nothing and for 00, which papers print for an unknown day or month."""
    text = part.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise ValidationError("Écrivez la date en chiffres, par exemple 17 / 04 / 1986.", code="invalid")
    return int(text) or None


class NumberForm(forms.Form):
    number = forms.CharField(
        label="Numéro de sécurité sociale",
        help_text="15 caractères, clé comprise. Il figure sur votre carte Vitale. "
        "Un numéro d’attente convient aussi. Exemple : 2 69 05 49 588 157 80",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Indiquez votre numéro de sécurité sociale."},
    )

    def clean_number(self) -> str:
        try:
            return typed_nir(self.cleaned_data["number"])
        except InvalidIdentifier as refusal:
            raise ValidationError(refusal.message, code=refusal.cause.value) from None


class PersonNumberForm(NumberForm):
    """The same question, asked to an agent about somebody else."""

    number = forms.CharField(
        label="Numéro de sécurité sociale de la personne",
        help_text="15 caractères, clé comprise. Un numéro d’attente convient aussi. Exemple : 2 69 05 49 588 157 80",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Indiquez le numéro de sécurité sociale de la personne."},
    )


class NameForm(forms.Form):
    birth_name = forms.CharField(
        label="Nom de naissance",
        help_text="Celui de votre acte de naissance. Les accents, les majuscules et les traits d’union n’ont pas "
        "d’importance.",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name", "spellcheck": "false"}),
        error_messages={"required": "Indiquez votre nom de naissance."},
    )

    def clean_birth_name(self) -> str:
        name: str = self.cleaned_data["birth_name"]
        if not filtered_words(name):
            raise ValidationError("Écrivez votre nom en lettres latines, comme sur votre carte Vitale.")
        return name


class BirthForm(forms.Form):
    birth_date = BirthDateField(
        label="Date de naissance",
        help_text="Laissez vide le jour ou le mois que vos papiers ne donnent pas. Exemple : 17 / 4 / 1986",
        error_messages={"required": "Indiquez votre date de naissance."},
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code reçu par la poste",
        help_text="Dix signes, avec ou sans espace.",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
        error_messages={"required": "Recopiez le code de votre courrier."},
    )
