from django import forms

from catalog.enums import ReportReason, ReviewOutcome
from catalog.models.watch import LONGEST_TEXT

CHOOSE = {"required": "Choisissez une réponse.", "invalid_choice": "Choisissez une réponse."}


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label="Que voulez-vous signaler ?",
        choices=ReportReason.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    text = forms.CharField(
        label="Que s’est-il passé ?",
        help_text="Sans nom, numéro de sécurité sociale ni mot de passe : ni les vôtres, ni ceux d’une autre personne.",
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class FollowedReportForm(ReportForm):
    """For who has an account."""

    follow = forms.BooleanField(label="Suivre ce signalement dans mon compte", required=False)


class ReviewForm(forms.Form):
    state = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)
    outcome = forms.ChoiceField(
        label="Quelle suite donnez-vous ?",
        choices=ReviewOutcome.choices,
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    reason = forms.CharField(
        label="Pourquoi ?",
        help_text="Ce motif reste : il ne se modifie ni ne s’efface. N’y nommez pas de particulier.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Écrivez pourquoi."},
    )
