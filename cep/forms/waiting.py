from django import forms

from cep.enums import MeetingMode
from cep.models import Site


class WaitForm(forms.Form):
    """A place and a way of meeting to wait for, as the page of free meetings names them."""

    site = forms.ModelChoiceField(Site.objects.select_related("operator"), widget=forms.HiddenInput)
    mode = forms.ChoiceField(choices=MeetingMode.choices, widget=forms.HiddenInput)
