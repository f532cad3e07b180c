from typing import Final

from django import forms

from cep.rules.triage import Situation, Status

STATUS_WORDS: Final = {
    Status.EMPLOYEE: "Je suis salarié (entreprise, association, ESAT, apprentissage, saison)",
    Status.SELF_EMPLOYED: "Je travaille à mon compte",
    Status.PUBLIC_AGENT: "Je suis agent public",
    Status.JOB_SEEKER: "Je cherche un emploi",
    Status.STUDENT: "Je suis étudiant ou lycéen",
    Status.RETIRED: "Je suis à la retraite",
    Status.OTHER: "Aucune de ces situations",
}


class TriageForm(forms.Form):
    """Sent by POST: health and age have no place in an address. Nothing of it is kept."""

    status = forms.ChoiceField(
        label="Quelle est votre situation aujourd'hui ?",
        choices=[(status.value, words) for status, words in STATUS_WORDS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez votre situation : la réponse en dépend."},
    )
    age = forms.IntegerField(
        label="Votre âge",
        required=False,
        min_value=14,
        max_value=99,
        help_text="Avant 26 ans, la mission locale peut aussi vous recevoir.",
    )
    is_executive = forms.BooleanField(label="Je suis cadre", required=False)
    is_disabled = forms.BooleanField(label="Je suis en situation de handicap", required=False)
    wants_to_leave = forms.BooleanField(label="Je pense quitter mon emploi", required=False)
    commune = forms.CharField(
        label="Commune où vous préférez être reçu",
        required=False,
        max_length=80,
        help_text="Son nom ou son code postal : près de votre travail, de chez vous ou entre les deux.",
    )

    def situation(self) -> Situation:
        answers = self.cleaned_data
        return Situation(
            status=Status(answers["status"]),
            age=answers["age"],
            is_executive=answers["is_executive"],
            is_disabled=answers["is_disabled"],
            wants_to_leave=answers["wants_to_leave"],
        )
