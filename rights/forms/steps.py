"""The forms of the steps of a file: each action asks for what it writes, and nothing else."""

from __future__ import annotations

from typing import Any

from django import forms

from rights.enums import ExitReason, Funder, TrainingFileAction
from rights.forms.fields import EurosField, day_field

A = TrainingFileAction
# What each action asks, in order. The reason is read by the person.
FIELDS: dict[str, tuple[str, ...]] = {
    A.PROPOSE: ("price", "starts_on", "ends_on", "reason"),
    A.REFUSE: ("reason",),
    A.CANCEL: ("reason",),
    A.DECLARE_ENTRY: ("day",),
    A.DECLARE_EXIT: ("day", "exit_reason", "hours"),
    A.FORCE_MAJEURE: ("reason", "hours"),
    A.AGREE_PART: (),
    A.REFUSE_PART: ("reason",),
    A.RETURN_SERVICE: ("reason",),
    A.UPHOLD: ("reason",),
    A.REOPEN: ("reason",),
    A.ASK_REVIEW: ("reason",),
}


class StepForm(forms.Form):
    """One form for all steps: the fields that the action does not ask for are taken away."""

    price = EurosField(label="Prix de la formation, en euros", min_value=0)
    starts_on = day_field("Premier jour")
    ends_on = day_field("Dernier jour")
    day = day_field("Date")
    exit_reason = forms.ChoiceField(label="Pourquoi la formation se termine", choices=ExitReason.choices)
    hours = forms.IntegerField(
        label="Heures suivies (si la formation s’est arrêtée avant la fin)", min_value=0, required=False
    )
    reason = forms.CharField(
        label="Motif, que la personne lira",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, action: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = FIELDS.get(action, ())
        self.fields = {name: self.fields[name] for name in wanted}


class CommitForm(forms.Form):
    """The remaining charge that the person read before they bound themselves."""

    expected_charge_cents = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class MessageForm(forms.Form):
    body = forms.CharField(
        label="Votre message, lu par toutes les parties du dossier",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DocumentForm(forms.Form):
    document = forms.FileField(
        label="Document à joindre, que toutes les parties du dossier pourront ouvrir",
        help_text="PDF, JPEG ou PNG, 3 Mo au plus. Pas de document médical : il n’est jamais nécessaire ici.",
        allow_empty_file=True,
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


ASKED_FUNDERS = (
    Funder.EMPLOYER,
    Funder.PUBLIC_EMPLOYER,
    Funder.TRAINING_FUND,
    Funder.OPCO,
    Funder.REGION,
    Funder.FRANCE_TRAVAIL,
    Funder.AGEFIPH,
)


class TopUpForm(forms.Form):
    funder = forms.ChoiceField(
        label="À qui demander", choices=[(funder.value, funder.label) for funder in ASKED_FUNDERS]
    )
    payer_code = forms.CharField(
        label="Son numéro (SIRET à 14 chiffres, ou code de la région)",
        help_text="Votre bulletin de salaire porte le SIRET de votre employeur. La Corse a le code 94.",
        max_length=14,
    )
    amount = EurosField(label="Montant demandé, en euros")
