"""The public offer: what a search may find that day, whole, in an order that does not change."""

import datetime
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from catalog.models import Action, Certification, Organisation, Place, SearchEntry, Session, Training

READ_AT_ONCE = 500


def published_trainings(day: datetime.date) -> QuerySet[Training]:
    """Trainings with a session that one may still join."""
    joinable = SearchEntry.objects.filter(training=OuterRef("pk"), available_until__gte=day)
    return Training.objects.filter(Exists(joinable), closed_on=None).order_by("pk")


def published_in_full(day: datetime.date) -> Iterator[Training]:
    """The same with organisation, actions, places and the sessions that one may join, in bounded memory."""
    joinable = Session.objects.filter(search_entry__available_until__gte=day, closed_on=None)
    sessions = joinable.select_related("place__commune__department").order_by("pk")
    actions = Action.objects.filter(closed_on=None).order_by("pk")
    places = Prefetch("places", Place.objects.select_related("commune__department").order_by("pk"))
    return (
        published_trainings(day)
        .select_related("organisation__commune__department", "certification")
        .prefetch_related(
            Prefetch("actions", actions.prefetch_related(places, Prefetch("sessions", sessions)))
        )
        .iterator(chunk_size=READ_AT_ONCE)
    )


def published_certifications() -> QuerySet[Certification]:
    return Certification.objects.filter(closed_on=None).order_by("code")


def published_organisations(day: datetime.date) -> QuerySet[Organisation]:
    """Organisations of the published trainings."""
    return Organisation.objects.filter(
        Exists(published_trainings(day).filter(organisation=OuterRef("pk")))
    ).order_by("pk")
