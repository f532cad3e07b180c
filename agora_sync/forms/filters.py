import contextlib
from uuid import UUID

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from agora_sync.contract import Operation
from agora_sync.enums import Direction, ExchangeState, GapKind
from agora_sync.models import Exchange, Gap
from rights.forms.fields import day_field


class ExchangeFilter(django_filters.FilterSet):
    """Filters of the exchange log, in the address so that a view can be kept as a link.

    The search knows numbers and identifiers alone: a name or a NIR has no place in an address.
    """

    recherche = django_filters.CharFilter(
        method="matching", label="Numéro AGORA, identifiant ou code de refus", max_length=60
    )

    etat = django_filters.ChoiceFilter(
        field_name="state", choices=ExchangeState.choices, label="État", empty_label="Tous"
    )
    operation = django_filters.ChoiceFilter(
        choices=Operation.choices, label="Opération", empty_label="Toutes"
    )
    sens = django_filters.ChoiceFilter(
        field_name="direction", choices=Direction.choices, label="Sens", empty_label="Les deux"
    )

    class Meta:
        model = Exchange
        fields: list[str] = []

    def matching(self, exchanges: QuerySet[Exchange], name: str, value: str) -> QuerySet[Exchange]:
        asked = value.strip()
        found = Q(training_file__agora_number=asked.upper()) | Q(fault_code__iexact=asked)
        # As people read it in a message: without the prefix of its vocabulary.
        found |= Q(fault_code__iendswith=f":{asked}")
        with contextlib.suppress(ValueError):
            found |= Q(pk=UUID(asked)) | Q(request_id=UUID(asked))
        return exchanges.filter(found)


class GapFilter(django_filters.FilterSet):
    """Filters of the gaps with AGORA; without any, those still open."""

    nature = django_filters.ChoiceFilter(
        field_name="kind", choices=GapKind.choices, label="Nature", empty_label="Toutes"
    )
    disparus = django_filters.ChoiceFilter(
        method="over", choices=[("oui", "Disparus aussi")], label="Montrer", empty_label="Ceux qui durent"
    )

    class Meta:
        model = Gap
        fields: list[str] = []

    @property
    def qs(self) -> QuerySet[Gap]:
        found: QuerySet[Gap] = super().qs
        return found if self.data.get("disparus") == "oui" else found.filter(closed_at__isnull=True)

    def over(self, gaps: QuerySet[Gap], name: str, value: str) -> QuerySet[Gap]:
        # Decided in `qs`: an absent choice must filter too.
        return gaps


class TraceSearchForm(forms.Form):
    identifiant = forms.UUIDField(
        label="Identifiant",
        required=False,
        help_text="Celui de la trace ou de la requête.",
        error_messages={"invalid": "Un identifiant a la forme 123e4567-e89b-12d3-a456-426614174000."},
    )
    partenaire = forms.CharField(label="Partenaire", max_length=60, required=False, help_text="Son code.")
    du = day_field("Du", required=False)
    au = day_field("Au (inclus)", required=False)

    def clean(self) -> dict[str, object]:
        answers = super().clean() or {}
        if not self.errors and not any(answers.values()):
            raise forms.ValidationError("Donnez au moins un critère : identifiant, partenaire ou dates.")
        return answers
