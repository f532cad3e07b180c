from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from cpa_portal.kernel.identifiers import normalise_siret
from rights.forms.fields import day_field

if TYPE_CHECKING:
    from accounts.models import StaffScope

SIREN_LENGTH = 9


class ColleagueField(forms.TypedChoiceField):
    """A colleague by the key of their habilitation, among those that the page knows; nobody else can be named."""

    def offer(self, colleagues: list[StaffScope]) -> None:
        known = {str(scope.pk): scope for scope in colleagues}
        self.choices = [("", "Choisissez"), *((key, str(scope.user)) for key, scope in known.items())]
        self.coerce = known.__getitem__


class StandInForm(forms.Form):
    stand_in = ColleagueField(
        label="Qui vous remplace", error_messages={"required": "Choisissez un collègue."}
    )
    starts_on = day_field("À partir du")
    ends_on = day_field("Jusqu’au (inclus)")

    def __init__(self, *args: Any, colleagues: list[StaffScope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stand_in"].offer(colleagues)  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        first, last = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if first and last and last < max(first, timezone.localdate()):
            self.add_error("ends_on", "Le dernier jour vient après le premier, et après aujourd’hui.")


class SitesForm(forms.Form):
    colleague = ColleagueField(label="Personne", error_messages={"required": "Choisissez un collègue."})
    sites = forms.CharField(
        label="Sites dont elle reçoit les demandes (SIRET)",
        help_text="Un par ligne. Aucun : elle reçoit celles de tout l’organisme.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    may_answer = forms.BooleanField(label="Elle peut répondre", required=False)

    def __init__(self, *args: Any, colleagues: list[StaffScope], scope: StaffScope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.fields["colleague"].offer(colleagues)  # type: ignore[attr-defined]

    def clean_sites(self) -> list[str]:
        try:
            sites = [
                normalise_siret(one)
                for one in re.split(r"[\n,;]+", self.cleaned_data["sites"])
                if one.strip()
            ]
        except ValueError:
            raise ValidationError("Un de ces SIRET n’est pas valable.") from None
        if any(site[:SIREN_LENGTH] != self.scope.scope_code[:SIREN_LENGTH] for site in sites):
            raise ValidationError("Ces sites doivent être ceux de votre organisme.")
        return sites

    def rights(self) -> dict[str, bool]:
        return dict.fromkeys(self.cleaned_data["sites"], self.cleaned_data["may_answer"])
