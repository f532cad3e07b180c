from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from agora_sync.models import Partner
from rights.forms.fields import day_field


class InstantForm(forms.Form):
    """An instant on the clock of the page, and a partner or all of them."""

    le = day_field("Le")
    a = forms.TimeField(
        label="À",
        widget=forms.TimeInput(attrs={"type": "time", "step": "1"}, format="%H:%M:%S"),
        help_text="Heure de Paris.",
    )
    partenaire = forms.ChoiceField(label="Partenaire", required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        partners = Partner.objects.order_by("name").values_list("code", "name")
        self.fields["partenaire"].choices = [("", "Tous"), *partners]  # type: ignore[attr-defined]

    @property
    def instant(self) -> datetime:
        """The instant asked for. Of an hour that the clocks give twice, the first."""
        return instant_of(self.cleaned_data["le"], self.cleaned_data["a"])


def instant_of(day: Any, hour: time) -> datetime:
    return datetime.combine(day, hour, timezone.get_current_timezone())
