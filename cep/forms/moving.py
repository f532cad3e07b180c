from typing import Any

from django import forms

from accounts.services.idempotency import IdempotentFormMixin
from cep.enums import MeetingMode
from cep.forms.booking import InstantField
from cep.models import Adviser


class MoveForm(IdempotentFormMixin, forms.Form):
    """The button pressed: « adviser instant », as the page wrote it. Gives `adviser` and `start`."""

    slot = forms.CharField(max_length=80, widget=forms.HiddenInput)
    # Empty: as the appointment is. Face to face may be chosen instead of a distance, not the other way round.
    mode = forms.ChoiceField(choices=MeetingMode.choices, required=False, widget=forms.HiddenInput)

    def clean_slot(self) -> str:
        text: str = self.cleaned_data["slot"]
        adviser, _, start = text.partition(" ")
        is_key = adviser.isascii() and adviser.isdecimal() and len(adviser) < 19
        found = Adviser.objects.select_related("user").filter(pk=adviser).first() if is_key else None
        instant = InstantField(required=False).clean(start)
        if found is None or instant is None:
            raise forms.ValidationError("Ce créneau n’est pas lisible.", code="invalid")
        self.cleaned_data |= {"adviser": found, "start": instant}
        return text

    def hidden_key(self) -> Any:
        return self["idempotency_key"]

    def hidden_mode(self) -> Any:
        return self["mode"]
