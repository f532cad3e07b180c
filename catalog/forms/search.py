"""The search form: everything is in the address, and nothing a person writes there is an error."""

import datetime
from collections.abc import Mapping

from django import forms
from django.http import QueryDict

from catalog.facets import FACETS
from catalog.ports import RightsOutlook
from catalog.selectors.places import FRANCE, PlaceAnswer, search_area
from catalog.selectors.trainings import DEFAULT_RADIUS_KM, RADII_KM, Order, Wish

ORDER_LABELS = {
    Order.RELEVANCE: "Pertinence",
    Order.DISTANCE: "Distance",
    Order.TOWN: "Ville",
    Order.ORGANISATION: "Organisme",
    Order.LENGTH: "Durée",
    Order.DATE: "Date de début",
    Order.PRICE: "Prix",
}
WORDS_LENGTH = 120
AS_TYPED = "oui"


class SearchForm(forms.Form):
    """Addresses are shared and kept: an unknown value of `rayon`, `tri` or a filter is the usual one, no refusal."""

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
    travail = forms.CharField(
        label="Ou près de votre travail",
        help_text="Un second lieu, si vous voulez",
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
        self.filters = chosen_filters(query)
        self.as_typed = query.get("exact") == AS_TYPED

    def wish(
        self,
        answer: PlaceAnswer,
        *,
        day: datetime.date,
        page: str,
        work: PlaceAnswer | None = None,
        outlook: RightsOutlook | None = None,
    ) -> Wish:
        self.full_clean()
        return Wish(
            day=day,
            words=self.cleaned_data["q"],
            area=answer.area or FRANCE,
            work_area=work.area if work and self.data["travail"] else None,
            radius_km=self.cleaned_data["rayon"],
            order=Order(self.cleaned_data["tri"]),
            page=page,
            filters=self.filters,
            rights_cents=outlook.cents if outlook else None,
            any_training=outlook.any_training if outlook else False,
            as_typed=self.as_typed,
        )


def chosen_filters(query: QueryDict) -> Mapping[str, frozenset[str]]:
    """The choices that the address names, of the filters that exist."""
    chosen = {}
    for facet in FACETS:
        known = {choice.slug for choice in facet.choices}
        named = known.intersection(query.getlist(facet.name))
        if named:
            chosen[facet.name] = frozenset(named)
    return chosen


def completed(query: QueryDict) -> QueryDict:
    """The query with a known radius and a known order, and texts of a reasonable length without NUL."""
    data = query.copy()
    for name in ("q", "lieu", "travail"):
        data[name] = query.get(name, "").replace("\x00", " ")[:WORDS_LENGTH].strip()
    if query.get("rayon") not in {str(radius) for radius in RADII_KM}:
        data["rayon"] = str(nearest_radius(query.get("rayon", "")))
    if query.get("tri") not in {order.value for order in Order}:
        data["tri"] = Order.RELEVANCE.value
    return data


def canonical_query(query: QueryDict) -> str:
    """The address of a search as it is kept: what it looks for, in one order, without its page nor its sort."""
    form = SearchForm(query)
    kept = QueryDict(mutable=True)
    for name in ("q", "lieu", "travail"):
        if form.data[name]:
            kept[name] = form.data[name]
    if "lieu" in kept or "travail" in kept:
        kept["rayon"] = form.data["rayon"]
    for name, chosen in sorted(form.filters.items()):
        kept.setlist(name, sorted(chosen))
    if form.as_typed:
        kept["exact"] = AS_TYPED
    return kept.urlencode()


def search_label(query: str) -> str:
    """A kept search as a person would say it: « soudeur, Ajaccio (30 km), Gratuit »."""
    form = SearchForm(QueryDict(query))
    places = [form.data[name] for name in ("lieu", "travail") if form.data[name]]
    filters = [
        choice.label
        for facet in FACETS
        for choice in facet.choices
        if choice.slug in form.filters.get(facet.name, ())
    ]
    where = [f"{' ou '.join(places)} ({form.data['rayon']} km)"] if places else []
    return ", ".join([form.data["q"] or "Toutes les formations", *where, *filters])[:WORDS_LENGTH]


def wish_of(query: str, *, day: datetime.date, outlook: RightsOutlook | None) -> Wish | None:
    """What a kept search asks for that day; None when its place can no longer be told."""
    form = SearchForm(QueryDict(query))
    answer, work = search_area(form.data["lieu"]), search_area(form.data["travail"])
    if answer.area is None or work.area is None:
        return None
    return form.wish(answer, day=day, page="1", work=work, outlook=outlook)


def nearest_radius(text: str) -> int:
    """A radius that somebody wrote by hand, brought to the next one offered."""
    if not (text.isascii() and text.isdigit()):
        return DEFAULT_RADIUS_KM
    asked = int(text[:6])
    return next((radius for radius in RADII_KM if radius >= asked), RADII_KM[-1])
