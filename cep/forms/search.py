from collections.abc import Sequence
from typing import Any, Final, cast

from django import forms

from cep.enums import MeetingMode
from cep.exceptions import CallsRefused
from cep.selectors.places import PersonalPlace

OTHER_PLACE: Final = "autre"
# Words of the address bar for each way of meeting.
MODE_WORDS: Final = {
    "sur-place": MeetingMode.ON_SITE,
    "visio": MeetingMode.REMOTE,
    "telephone": MeetingMode.PHONE,
}
# Face to face first, as the contract has it; at a distance when the person wishes.
FIRST_MODE: Final = "sur-place"


class SlotSearchForm(forms.Form):
    """Near where, and how. The view gives each question an answer, so that the first page is useful already."""

    lieu = forms.ChoiceField(label="Où souhaitez-vous être reçu ?", widget=forms.RadioSelect)
    commune = forms.CharField(
        label="Autre commune",
        required=False,
        max_length=80,
        help_text="Son nom ou son code postal, si vous avez choisi une autre commune.",
    )
    mode = forms.ChoiceField(
        label="Comment souhaitez-vous rencontrer le conseiller ?",
        choices=[(word, mode.label) for word, mode in MODE_WORDS.items()],
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, places: Sequence[PersonalPlace], calls_refused: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if calls_refused:
            self._offer_no_call()
        known = [(place.code, place.label) for place in places]
        place_field = cast("forms.ChoiceField", self.fields["lieu"])
        place_field.choices = [*known, (OTHER_PLACE, "Dans une autre commune")]

    def _offer_no_call(self) -> None:
        ways = cast("forms.ChoiceField", self.fields["mode"])
        ways.choices = [(word, mode.label) for word, mode in MODE_WORDS.items() if mode != MeetingMode.PHONE]
        ways.help_text = "Vous avez demandé à ne pas être appelé : le téléphone n’est pas proposé."
        ways.error_messages["invalid_choice"] = CallsRefused.message

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if answers.get("lieu") == OTHER_PLACE and not answers.get("commune"):
            self.add_error("commune", "Indiquez une commune, par son nom ou son code postal.")
        return answers
