from datetime import MAXYEAR, MINYEAR, datetime

from django import forms
from django.utils.dateparse import parse_datetime

from accounts.services.idempotency import IdempotentFormMixin
from cep.enums import MeetingMode
from cep.models import Adviser, Site


class InstantField(forms.Field):
    """An instant with its offset, as written in our own links (ISO 8601). Becomes an aware datetime."""

    widget = forms.HiddenInput
    default_error_messages = {"invalid": "L’heure demandée n’est pas lisible."}

    def to_python(self, value: str | None) -> datetime | None:
        if not value:
            return None
        try:
            instant = parse_datetime(value)
        except ValueError:
            instant = None
        # At the edges of the calendar the change of zone itself overflows; no appointment is there anyway.
        if instant is None or instant.tzinfo is None or not MINYEAR < instant.year < MAXYEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return instant


class SlotForm(forms.Form):
    """One meeting, as a link of the list names it."""

    site = forms.ModelChoiceField(Site.objects.select_related("operator"), widget=forms.HiddenInput)
    adviser = forms.ModelChoiceField(Adviser.objects.select_related("user"), widget=forms.HiddenInput)
    mode = forms.ChoiceField(choices=MeetingMode.choices, widget=forms.HiddenInput)
    start = InstantField()


class BookingForm(IdempotentFormMixin, SlotForm):
    """The same meeting, asked for: the key is that of the page which was shown."""
