from django import forms

from catalog.enums import AlertFrequency


class AlertForm(forms.Form):
    frequency = forms.ChoiceField(
        label="Voulez-vous être prévenu des nouvelles formations ?",
        choices=AlertFrequency.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse.", "invalid_choice": "Choisissez une réponse."},
    )


class SavedSearchForm(AlertForm):
    label = forms.CharField(
        label="Nom de la recherche",
        help_text="Pour la retrouver dans votre liste et dans les messages.",
        max_length=120,
        error_messages={"required": "Donnez un nom à cette recherche."},
    )
    field_order = ("label", "frequency")
