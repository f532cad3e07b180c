from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from accounts.models import User
from agora_sync.enums import HandlingAction
from agora_sync.selectors.handling import colleagues_of
from rights.forms.fields import day_field

ACTIONS = (
    (HandlingAction.CLAIMED, "Je m’en occupe"),
    (HandlingAction.ASSIGNED, "Confier à un collègue"),
    (HandlingAction.RELEASED, "Ne plus m’en occuper"),
    (HandlingAction.NOTED, "Ajouter une note"),
    (HandlingAction.SET_ASIDE, "Mettre de côté jusqu’à un jour"),
    (HandlingAction.BROUGHT_BACK, "Remettre à traiter"),
)
CHOSEN, WHOLE_LIST = "coches", "liste"


class HandlingForm(forms.Form):
    """What to do about one refused exchange. Only what the action needs is asked for."""

    quoi = forms.ChoiceField(label="Que faire", choices=ACTIONS)
    collegue = forms.ModelChoiceField(
        User.objects.none(),
        label="Collègue",
        required=False,
        help_text="Pour confier.",
        empty_label="Choisir",
    )
    jusqu_au = day_field("Jusqu’au", required=False)
    note = forms.CharField(
        label="Note",
        max_length=1000,
        required=False,
        help_text="Vos collègues la liront, et elle ne s’efface pas. Un NIR, une adresse, un téléphone sont masqués.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, user: User, today: date, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["collegue"].queryset = colleagues_of(user, today=today)  # type: ignore[attr-defined]
        self.fields["jusqu_au"].help_text = "Pour mettre de côté : l’échange revient de lui-même ce jour-là."

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        needed = {
            HandlingAction.ASSIGNED: ("collegue", "Choisissez à qui confier."),
            HandlingAction.SET_ASIDE: ("jusqu_au", "Choisissez jusqu’à quel jour."),
            HandlingAction.NOTED: ("note", "Écrivez la note."),
        }.get(answers.get("quoi", ""))
        if needed and not answers.get(needed[0]) and needed[0] not in self.errors:
            self.add_error(*needed)
        return answers


class GroupHandlingForm(HandlingForm):
    """The same for the rows that were ticked, or for the whole list. The boxes stand in the table."""

    portee = forms.ChoiceField(
        label="Pour quels échanges",
        choices=[(CHOSEN, "Ceux que j’ai cochés"), (WHOLE_LIST, "Toute la liste, mille au plus")],
        widget=forms.RadioSelect,
        initial=CHOSEN,
    )
    field_order = ("quoi", "portee", "collegue", "jusqu_au", "note")

    def chosen(self) -> list[UUID]:
        """The rows ticked; a value that is no identifier is nobody's row."""
        return [key for text in self.data.getlist("echange") if (key := _read(text))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if answers.get("portee") == CHOSEN and not self.chosen():
            self.add_error("portee", "Cochez au moins une ligne, ou choisissez toute la liste.")
        return answers


def _read(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
