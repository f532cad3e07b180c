"""Keeping trainings and searches, and letting them go."""

import datetime

from django.db import transaction

from accounts.models import Holder
from catalog.enums import AlertFrequency
from catalog.exceptions import SearchTooWide, TooManyKept
from catalog.models import KeptTraining, KnownResult, SavedSearch, Training
from catalog.selectors.trainings import Wish, keys_found

MOST_TRAININGS = 100
MOST_SEARCHES = 20
# Beyond, a search is no longer about something: every import would bring news of it.
MOST_FOLLOWED = 1_000
# A training that was not found for so long is news when it comes back.
FORGOTTEN_AFTER = datetime.timedelta(days=60)


@transaction.atomic
def keep_training(*, holder: Holder, training: Training) -> None:
    """Put the training in the person's list; twice is once. Raises TooManyKept."""
    _one_at_a_time(holder)
    kept = holder.kept_trainings
    if not kept.filter(training=training).exists() and kept.count() >= MOST_TRAININGS:
        raise TooManyKept(
            "too_many_kept",
            f"Vous gardez déjà {MOST_TRAININGS} formations. Retirez-en une de la liste pour garder celle-ci.",
        )
    KeptTraining.objects.bulk_create([KeptTraining(holder=holder, training=training)], ignore_conflicts=True)


def let_training_go(*, holder: Holder, training_id: int) -> None:
    holder.kept_trainings.filter(training=training_id).delete()


@transaction.atomic
def save_search(
    *, holder: Holder, query: str, label: str, frequency: AlertFrequency, wish: Wish
) -> SavedSearch:
    """Keep the search; one that is already kept takes the new name and frequency.

    `wish`: what the query means on that day. What it finds now is known: only what comes later is news.
    Raises TooManyKept, SearchTooWide.
    """
    _one_at_a_time(holder)
    saved = holder.saved_searches.filter(query=query).first()
    if saved is None and holder.saved_searches.count() >= MOST_SEARCHES:
        raise TooManyKept(
            "too_many_kept",
            f"Vous gardez déjà {MOST_SEARCHES} recherches. Supprimez-en une pour garder celle-ci.",
        )
    if saved is None:
        saved = SavedSearch(holder=holder, query=query)
    _set(saved, label=label, frequency=frequency, wish=wish)
    return saved


@transaction.atomic
def change_alert(*, search: SavedSearch, frequency: AlertFrequency, wish: Wish | None) -> None:
    """Change how often the person is told; what is found on the day of the change is known. Raises SearchTooWide."""
    if wish is None:
        # The place that it names is no longer in the gazetteer: there is nothing to follow.
        frequency = AlertFrequency.NEVER
    _set(search, label=search.label, frequency=frequency, wish=wish)


def forget_search(*, search: SavedSearch) -> None:
    search.delete()


def stop_alerts(*, searches: list[SavedSearch]) -> int:
    """No more messages about these searches, which stay kept. Returns how many were followed; safe to run twice."""
    followed = SavedSearch.objects.filter(pk__in=[search.pk for search in searches])
    return followed.exclude(frequency=AlertFrequency.NEVER).update(frequency=AlertFrequency.NEVER)


def remember_results(*, search: SavedSearch, found: dict[int, int], day: datetime.date) -> dict[int, int]:
    """Write down what the search finds and return what it had not found before: `fold_key` to training.

    What has not been found for FORGOTTEN_AFTER leaves: a training that comes back after that is news again.
    """
    known = set(search.known_results.values_list("fold_key", flat=True))
    news = {key: training for key, training in found.items() if key not in known}
    KnownResult.objects.bulk_create(
        [KnownResult(search=search, fold_key=key, found_on=day) for key in news], ignore_conflicts=True
    )
    search.known_results.filter(fold_key__in=known.intersection(found)).update(found_on=day)
    search.known_results.filter(found_on__lt=day - FORGOTTEN_AFTER).delete()
    return news


def _set(search: SavedSearch, *, label: str, frequency: AlertFrequency, wish: Wish | None) -> None:
    """Beginning to follow a search, what it finds that day is known; changing the rhythm forgets no news."""
    was_followed = search.pk is not None and search.frequency != AlertFrequency.NEVER
    search.label, search.frequency = label, frequency
    if wish is not None:
        search.changed_on = wish.day
        search.told_on = search.told_on if was_followed else wish.day
    search.save()
    if wish is not None and frequency != AlertFrequency.NEVER and not was_followed:
        _follow(search, wish)


def _follow(search: SavedSearch, wish: Wish) -> None:
    found = keys_found(wish)
    if len(found) > MOST_FOLLOWED:
        raise SearchTooWide(
            "search_too_wide",
            f"Cette recherche trouve {len(found)} formations : vous recevriez sans cesse des messages. Ajoutez un "
            f"métier, un lieu ou un filtre ({MOST_FOLLOWED} formations au plus), ou gardez-la sans alerte.",
        )
    remember_results(search=search, found=found, day=wish.day)


def _one_at_a_time(holder: Holder) -> None:
    """Two pages of one person cannot both add the last row that fits."""
    Holder.objects.select_for_update(of=("self",)).get(pk=holder.pk)
