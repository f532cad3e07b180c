from __future__ import annotations

from django import forms

from agora_sync.services.deliveries import DOCUMENTS


class WithdrawalForm(forms.Form):
    """The code that came by another way than the link, and which document is wanted."""

    code = forms.CharField(
        label="Code de retrait",
        max_length=40,
        help_text="Il vous a été donné par une autre voie que ce lien.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    document = forms.ChoiceField(label="Document", choices=list(DOCUMENTS.items()))
