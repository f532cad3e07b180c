from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from agora_sync.mapping.corrections import FIELDS
from agora_sync.mapping.reject_sheet import Line, read_sheet
from rights.models import TrainingFile

LARGEST_SHEET_BYTES = 2 * 1024 * 1024
_LONGEST = 500


class CorrectionForm(forms.Form):
    """The values of one file that may be corrected, as they stand, or as their author said they should."""

    def __init__(
        self, *args: Any, training_file: TrainingFile, answered: Mapping[str, str], **named: Any
    ) -> None:
        super().__init__(*args, **named)
        for name, field in FIELDS.items():
            self.fields[name] = forms.CharField(
                label=field.label,
                max_length=_LONGEST,
                required=False,
                initial=answered.get(name, str(getattr(training_file, name))),
            )


class GroupCorrectionForm(forms.Form):
    """One value that replaces another in every file of a cause."""

    champ = forms.ChoiceField(
        label="Donnée à corriger", choices=[(name, field.label) for name, field in FIELDS.items()]
    )
    avant = forms.CharField(
        label="Valeur à remplacer",
        max_length=_LONGEST,
        required=False,
        help_text="Vide : toutes les lignes de ce motif.",
    )
    apres = forms.CharField(
        label="Valeur juste",
        max_length=_LONGEST,
        required=False,
        help_text="Vide : la valeur est retirée, si le dossier peut s’en passer.",
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if not self.errors:
            try:
                FIELDS[answers["champ"]].read(answers["apres"])
            except ValueError as problem:
                self.add_error("apres", str(problem))
        return answers


class SheetForm(forms.Form):
    """A sheet exported from the rejects and corrected."""

    tableau = forms.FileField(
        label="Tableau corrigé",
        help_text="Le fichier CSV exporté ci-dessus, mille lignes et deux mégaoctets au plus.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    lines: list[Line]
    refused: list[str]

    def clean_tableau(self) -> Any:
        given = self.cleaned_data["tableau"]
        if given.size > LARGEST_SHEET_BYTES:
            raise forms.ValidationError("Ce fichier dépasse deux mégaoctets : coupez-le en plusieurs.")
        try:
            self.lines, self.refused = read_sheet(given.read())
        except ValueError as problem:
            raise forms.ValidationError(str(problem)) from None
        return given
