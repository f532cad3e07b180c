import datetime

import pytest
from django.http import QueryDict

from catalog.enums import AlertFrequency
from catalog.exceptions import SearchTooWide, TooManyKept
from catalog.forms.search import canonical_query, search_label, wish_of
from catalog.models import KeptTraining, SavedSearch
from catalog.services import kept
from catalog.services.kept import change_alert, keep_training, remember_results, save_search
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.catalog import TODAY, SavedSearchFactory, TrainingFactory, offered

pytestmark = [pytest.mark.usefixtures("corsica")]


def saved(holder, query="q=soudeur", frequency=AlertFrequency.DAILY, label="Soudeur"):
    wish = wish_of(query, day=TODAY, outlook=None)
    return save_search(holder=holder, query=query, label=label, frequency=frequency, wish=wish)


def test_keep_training_twice_keeps_it_once():
    holder, training = HolderFactory(), TrainingFactory()

    keep_training(holder=holder, training=training)
    keep_training(holder=holder, training=training)

    assert [row.training for row in holder.kept_trainings.all()] == [training]


def test_keep_training_beyond_the_most_is_refused_and_keeps_nothing(monkeypatch):
    monkeypatch.setattr(kept, "MOST_TRAININGS", 1)
    holder, training = HolderFactory(), TrainingFactory()
    keep_training(holder=holder, training=training)

    with pytest.raises(TooManyKept):
        keep_training(holder=holder, training=TrainingFactory())

    keep_training(holder=holder, training=training)
    assert KeptTraining.objects.count() == 1


def test_save_search_again_changes_its_name_and_adds_none():
    holder = HolderFactory()
    saved(holder)

    saved(holder, label="Autre nom", frequency=AlertFrequency.WEEKLY)

    search = holder.saved_searches.get()
    assert (search.label, search.frequency) == ("Autre nom", AlertFrequency.WEEKLY)


def test_save_search_that_finds_too_much_is_refused_with_an_alert_and_kept_without(monkeypatch):
    monkeypatch.setattr(kept, "MOST_FOLLOWED", 1)
    offered("Soudeur")
    offered("Soudeuse")
    holder = HolderFactory()

    with pytest.raises(SearchTooWide, match="2 formations"):
        saved(holder)
    assert not SavedSearch.objects.exists()

    assert saved(holder, frequency=AlertFrequency.NEVER).frequency == AlertFrequency.NEVER


def test_save_search_beyond_the_most_is_refused(monkeypatch):
    monkeypatch.setattr(kept, "MOST_SEARCHES", 1)
    holder = HolderFactory()
    saved(holder)

    with pytest.raises(TooManyKept):
        saved(holder, query="q=cuisinier")

    assert holder.saved_searches.count() == 1


def test_change_alert_to_another_rhythm_forgets_no_news():
    search = SavedSearchFactory()
    wish = wish_of(search.query, day=TODAY, outlook=None)
    offered("Soudeur")

    change_alert(search=search, frequency=AlertFrequency.WEEKLY, wish=wish)

    search.refresh_from_db()
    assert search.told_on == TODAY - datetime.timedelta(days=1)
    assert not search.known_results.exists()


def test_change_alert_begins_from_what_is_found_that_day():
    search = SavedSearchFactory(frequency=AlertFrequency.NEVER)
    offered("Soudeur")

    change_alert(
        search=search,
        frequency=AlertFrequency.DAILY,
        wish=wish_of(search.query, day=TODAY, outlook=None),
    )

    assert search.known_results.count() == 1
    assert SavedSearch.objects.get().told_on == TODAY


def test_remember_results_tells_each_training_once_and_again_after_long_absence():
    search = SavedSearchFactory()
    later = TODAY + kept.FORGOTTEN_AFTER + datetime.timedelta(days=1)

    told = [
        remember_results(search=search, found=found, day=day)
        for found, day in (({7: 1}, TODAY), ({7: 1, 8: 2}, TODAY), ({8: 2}, later), ({7: 1, 8: 2}, later))
    ]

    assert told == [{7: 1}, {8: 2}, {}, {7: 1}]


@pytest.mark.parametrize(
    ("typed", "kept_as"),
    [
        ("q=soudeur&page=3&tri=prix", "q=soudeur"),
        ("lieu=Ajaccio&q=soudeur", "q=soudeur&lieu=Ajaccio&rayon=30"),
        ("prix=gratuit&prix=inconnu&prix=faux&autre=1", "prix=gratuit&prix=inconnu"),
        ("q=%00soudeur&exact=oui", "q=soudeur&exact=oui"),
    ],
)
def test_canonical_query_keeps_what_is_looked_for_alone(typed, kept_as):
    assert canonical_query(QueryDict(typed)) == kept_as


def test_search_label_says_words_places_and_filters():
    assert search_label("q=soudeur&lieu=Ajaccio&rayon=50&prix=gratuit") == "soudeur, Ajaccio (50 km), Gratuit"
    assert search_label("") == "Toutes les formations"
