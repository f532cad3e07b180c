"""What a person keeps of the catalogue, for that person alone."""

import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Holder
from catalog.enums import AlertFrequency
from catalog.models import KeptTraining, SavedSearch, SearchEntry

A_WEEK = datetime.timedelta(days=7)


def kept_trainings(holder: Holder, *, day: datetime.date) -> QuerySet[KeptTraining]:
    """The last kept first; `is_open` says whether one may still join one of its sessions that day."""
    entries = SearchEntry.objects.filter(training=OuterRef("training"), available_until__gte=day)
    return holder.kept_trainings.select_related("training__organisation").annotate(is_open=Exists(entries))


def is_kept(holder: Holder | None, training_id: int) -> bool:
    return holder is not None and holder.kept_trainings.filter(training=training_id).exists()


def saved_searches(holder: Holder) -> QuerySet[SavedSearch]:
    return holder.saved_searches.all()


def searches_due(day: datetime.date) -> QuerySet[SavedSearch]:
    """Those whose news are owed that day."""
    return SavedSearch.objects.filter(
        Q(frequency=AlertFrequency.DAILY, told_on__lt=day)
        | Q(frequency=AlertFrequency.WEEKLY, told_on__lte=day - A_WEEK)
    )
