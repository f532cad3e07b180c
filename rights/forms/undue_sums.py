"""What the Caisse des dépôts writes down of a sum that was not due."""

from __future__ import annotations

from django import forms

from accounts.services.idempotency import IdempotentFormMixin
from rights.forms.fields import EurosField, day_field, not_to_come


class UndueSumForm(forms.Form):
    reference = forms.CharField(
        label="Numéro de la décision",
        help_text="Une décision ne s’enregistre qu’une fois.",
        max_length=100,
    )
    amount = EurosField(
        label="Montant versé à tort, en euros", error_messages={"min_value": "Le montant doit dépasser zéro."}
    )
    ordered_on = day_field(
        "Date de la décision",
        validators=(not_to_come("La décision ne peut pas être datée d’un jour à venir."),),
    )
    reason = forms.CharField(
        label="Motif, que la personne lira",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RepaymentForm(IdempotentFormMixin):
    """How much the person pays back, by a transfer of theirs."""

    amount = EurosField(
        label="Montant que vous remboursez, en euros",
        error_messages={"min_value": "Le montant doit dépasser zéro."},
    )


class ReceiptForm(forms.Form):
    """The transfer that came for an announced repayment."""

    repayment = forms.UUIDField(widget=forms.HiddenInput)
    received = EurosField(label="Montant reçu, en euros")
    received_on = day_field(
        "Reçu le", validators=(not_to_come("Un virement ne peut pas être daté d’un jour à venir."),)
    )


class CancellationForm(forms.Form):
    """A decision is cancelled by another one, with its own number."""

    reference = forms.CharField(label="Numéro de la décision qui annule", max_length=100)
    reason = forms.CharField(
        label="Motif, que la personne lira", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    understood = forms.BooleanField(
        label="Tout ce qui a été retenu sera rendu ; cette annulation ne s’annule pas",
        error_messages={"required": "Cochez la case pour confirmer : l’annulation ne se défait pas."},
    )
