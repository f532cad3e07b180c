from django import forms

from accounts.services.idempotency import IdempotentFormMixin


class TrainingRequestForm(IdempotentFormMixin):
    """The confirmation of a request: which request it is, and the remaining charge that the person read."""

    expected_charge_cents = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
