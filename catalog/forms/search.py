"""The search form: everything is in the address, and nothing a person writes there is an error."""

import datetime

from django import forms
from django.http import QueryDict

from catalog.selectors.places import FRANCE, PlaceAnswer
from catalog.selectors.trainings import DEFAULT_RADIUS_KM, RADII_KM, Order, Wish

ORDER_LABELS = {
    Order.RELEVANCE: "Pertinence",
    Order.DISTANCE: "Distance",
    Order.DATE: "Date de début",
    Order.PRICE: "Prix",
}
WORDS_LENGTH = 120


class SearchForm(forms.Form):
    """Addresses are shared and kept: an unknown value of `rayon` or `tri` is the usual one, not a refusal."""

    q = forms.CharField(
        label="Métier, compétence ou certification",
        help_text="Exemple : soudeur",
        required=False,
        max_length=WORDS_LENGTH,
    )
    lieu = forms.CharField(
        label="Où ?",
        help_text="Commune, code postal, département ou région",
        required=False,
        max_length=WORDS_LENGTH,
    )
    rayon = forms.TypedChoiceField(
        label="Jusqu'à", choices=[(radius, f"{radius} km") for radius in RADII_KM], coerce=int
    )
    tri = forms.ChoiceField(
        label="Classer par",
        choices=[(order.value, ORDER_LABELS[order]) for order in Order],
        required=False,
    )

    def __init__(self, query: QueryDict) -> None:
        super().__init__(completed(query))

    def wish(self, answer: PlaceAnswer, *, day: datetime.date, page: str) -> Wish:
        self.full_clean()
        return Wish(
            day=day,
            words=self.cleaned_data["q"],
            area=answer.area or FRANCE,
            radius_km=self.cleaned_data["rayon"],
            order=Order(self.cleaned_data["tri"]),
            page=page,
        )


def completed(query: QueryDict) -> QueryDict:
    """The query with a known radius and a known order, and texts of a reasonable length without NUL."""
    data = query.copy()
    for name in ("q", "lieu"):
        data[name] = query.get(name, "").replace("\x00", " ")[:WORDS_LENGTH].strip()
    if query.get("rayon") not in {str(radius) for radius in RADII_KM}:
        data["rayon"] = str(nearest_radius(query.get("rayon", "")))
    if query.get("tri") not in {order.value for order in Order}:
        data["tri"] = Order.RELEVANCE.value
    return data


def nearest_radius(text: str) -> int:
    """A radius that somebody wrote by hand, brought to the next one offered."""
    if not (text.isascii() and text.isdigit()):
        return DEFAULT_RADIUS_KM
    asked = int(text[:6])
    return next((radius for radius in RADII_KM if radius >= asked), RADII_KM[-1])
