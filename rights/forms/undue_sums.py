"""What the Caisse des dépôts writes down of a sum that was not due."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils import timezone

from accounts.services.idempotency import IdempotentFormMixin
from rights.forms.steps import day_field


class UndueSumForm(forms.Form):
    reference = forms.CharField(
        label="Numéro de la décision",
        help_text="Une décision ne s’enregistre qu’une fois.",
        max_length=100,
    )
    amount = forms.DecimalField(
        label="Montant versé à tort, en euros",
        min_value=0.01,
        max_digits=9,
        decimal_places=2,
        error_messages={"min_value": "Le montant doit dépasser zéro."},
    )
    ordered_on = day_field("Date de la décision")
    reason = forms.CharField(
        label="Motif, que la personne lira",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_ordered_on(self) -> date:
        day: date = self.cleaned_data["ordered_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("La décision ne peut pas être datée d’un jour à venir.")
        return day

    @property
    def amount_cents(self) -> int:
        return int(self.cleaned_data["amount"] * 100)


class RepaymentForm(IdempotentFormMixin):
    """How much the person pays back, by a transfer of theirs."""

    amount = forms.DecimalField(
        label="Montant que vous remboursez, en euros",
        min_value=0.01,
        max_digits=9,
        decimal_places=2,
        error_messages={"min_value": "Le montant doit dépasser zéro."},
    )

    @property
    def amount_cents(self) -> int:
        return int(self.cleaned_data["amount"] * 100)


class ReceiptForm(forms.Form):
    """The transfer that came for an announced repayment."""

    repayment = forms.UUIDField(widget=forms.HiddenInput)
    received = forms.DecimalField(
        label="Montant reçu, en euros", min_value=0.01, max_digits=9, decimal_places=2
    )
    received_on = day_field("Reçu le")

    def clean_received_on(self) -> date:
        return not_to_come(self.cleaned_data["received_on"], "Un virement")

    @property
    def amount_cents(self) -> int:
        return int(self.cleaned_data["received"] * 100)


def not_to_come(day: date, what: str) -> date:
    if day > timezone.localdate():
        raise forms.ValidationError(f"{what} ne peut pas être daté d’un jour à venir.")
    return day


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
