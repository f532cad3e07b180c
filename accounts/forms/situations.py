"""One form for each kind of situation: since when, and what else the rules need to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.enums import SituationKind

if TYPE_CHECKING:
    from accounts.ports import CommuneFinder

# The national framework of certifications: 3 is the CAP. Below it the number itself changes nothing.
LEVELS = (
    (2, "Aucun diplôme, ou le brevet des collèges"),
    (3, "CAP, BEP ou titre de même niveau"),
    (4, "Baccalauréat ou titre de même niveau"),
    (5, "Bac + 2 (BTS, DUT)"),
    (6, "Bac + 3 ou bac + 4 (licence, BUT, maîtrise)"),
    (7, "Bac + 5 (master, diplôme d’ingénieur)"),
    (8, "Doctorat"),
)
MINUTES_PER_HOUR = 60
CHANGES = (("enter", "Oui, depuis cette date"), ("leave", "Je ne le suis plus : dernier jour à cette date"))


class SituationForm(forms.Form):
    """The day, and for a status whether one enters it or leaves it. `details()` is what the situation keeps."""

    effective_on = forms.DateField(
        label="Date",
        help_text="Le jour où cela commence, ou le dernier jour si cela s’est terminé.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Indiquez la date.",
            "invalid": "Écrivez une date, par exemple 2026-03-15.",
        },
    )
    allows_future = True

    def clean_effective_on(self) -> Any:
        day = self.cleaned_data["effective_on"]
        if not self.allows_future and day > timezone.localdate():
            raise forms.ValidationError("Déclarez ce changement une fois qu’il a eu lieu.", code="future")
        return day

    def details(self) -> dict[str, Any]:
        return {}


class StatusForm(SituationForm):
    change = forms.ChoiceField(
        label="Votre situation",
        choices=CHANGES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )
    field_order = ("change", "effective_on")


class DiplomaForm(SituationForm):
    level = forms.TypedChoiceField(
        label="Diplôme le plus élevé",
        choices=LEVELS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )
    field_order = ("level", "effective_on")

    def details(self) -> dict[str, Any]:
        return {"level": self.cleaned_data["level"]}


class DiplomaQuestionForm(DiplomaForm):
    """The same at the first visit: the day is today, nothing else is asked."""

    effective_on = None  # type: ignore[assignment]


class PublicAgentForm(StatusForm):
    category = forms.ChoiceField(
        label="Catégorie",
        choices=[("A", "A"), ("B", "B"), ("C", "C")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez votre catégorie."},
    )
    weekly_hours = forms.DecimalField(
        label="Heures par semaine",
        min_value=1,
        max_value=48,
        decimal_places=2,
        localize=True,
        error_messages={"required": "Indiquez vos heures par semaine."},
    )

    def details(self) -> dict[str, Any]:
        minutes = round(self.cleaned_data["weekly_hours"] * MINUTES_PER_HOUR)
        return {"category": self.cleaned_data["category"], "weekly_minutes": minutes}


class RetiredForm(StatusForm):
    full_rate = forms.BooleanField(label="Ma retraite est à taux plein", required=False)

    def details(self) -> dict[str, Any]:
        return {"full_rate": self.cleaned_data["full_rate"]}


class PlaceForm(SituationForm):
    commune = forms.CharField(
        label="Commune",
        help_text="Son nom ou son code postal.",
        max_length=80,
        error_messages={"required": "Indiquez une commune."},
    )
    field_order = ("commune", "effective_on")
    allows_future = False

    def clean_commune(self) -> str:
        find = cast("CommuneFinder", import_string(settings.COMMUNE_FINDER))
        found = find(self.cleaned_data["commune"])
        if not found:
            raise forms.ValidationError(
                "Cette commune n’est pas connue. Vérifiez son nom ou son code postal.", code="unknown"
            )
        if len(found) > 1:
            names = ", ".join(f"{commune.name} ({commune.pk})" for commune in found[:8])
            raise forms.ValidationError(
                f"Plusieurs communes portent ce nom : {names}. Écrivez la vôtre ainsi.", code="ambiguous"
            )
        return found[0].pk

    def details(self) -> dict[str, Any]:
        return {"commune": self.cleaned_data["commune"]}


FORMS: dict[SituationKind, type[SituationForm]] = {
    SituationKind.DIPLOMA_LEVEL: DiplomaForm,
    SituationKind.PUBLIC_AGENT: PublicAgentForm,
    SituationKind.RETIRED: RetiredForm,
    SituationKind.HOME_PLACE: PlaceForm,
    SituationKind.WORK_PLACE: PlaceForm,
}


def form_of(kind: SituationKind) -> type[SituationForm]:
    return FORMS.get(kind, StatusForm)
