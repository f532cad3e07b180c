"""What a person keeps, as that person sees it; and the link that stops messages, as anybody holding it does."""

import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from catalog.enums import AlertFrequency
from catalog.services.alerts import stop_token
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.catalog import TODAY, SavedSearchFactory, TrainingFactory, offered

pytestmark = [pytest.mark.usefixtures("corsica")]
NOON = datetime.datetime.combine(TODAY, datetime.time(12), datetime.UTC)


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def holder():
    return HolderFactory()


@pytest.fixture
def own(client, holder):
    client.force_login(holder.user)
    return client


def keep(client, training):
    return client.post(reverse("catalog:training_keep", args=[training.pk]), follow=True)


def test_keep_from_the_training_page_lists_it_and_lets_it_go(own, holder):
    training = offered("Soudeur")
    page = own.get(reverse("catalog:training_detail", args=[training.pk]))
    assert "Garder cette formation" in page.content.decode()

    listed = keep(own, training).content.decode()
    own.post(reverse("catalog:training_release", args=[training.pk]))

    assert "Session ouverte" in listed
    assert not holder.kept_trainings.exists()


def test_kept_training_that_closed_stays_and_says_so(own):
    training = TrainingFactory(title="Vannerie", closed_on=TODAY)

    page = keep(own, training).content.decode()

    assert "Vannerie" in page
    assert "Plus proposée" in page
    assert own.get(reverse("catalog:training_detail", args=[training.pk])).status_code == 200


def test_keep_without_account_leads_to_the_sign_in_and_back(client):
    training = offered("Soudeur")

    answer = client.get(reverse("catalog:training_keep", args=[training.pk]))

    assert answer.url.endswith(f"next=/formations/{training.pk}/garder/")


@pytest.mark.parametrize("count", [1, 3])
def test_kept_list_costs_the_same_queries_for_any_number(own, count, django_assert_num_queries):
    for number in range(count):
        keep(own, offered(f"Soudeur {number}"))
    own.get(reverse("catalog:kept_list"))

    with django_assert_num_queries(5):
        own.get(reverse("catalog:kept_list"))


def test_search_is_kept_from_its_address_with_a_name_and_a_frequency(own, holder):
    address = reverse("catalog:saved_search_add") + "?q=soudeur&lieu=Ajaccio&page=2"
    assert "soudeur, Ajaccio (30 km)" in own.get(address).content.decode()

    page = own.post(address, {"label": "Ma recherche", "frequency": "weekly"}, follow=True)

    search = holder.saved_searches.get()
    assert (search.query, search.frequency) == ("q=soudeur&lieu=Ajaccio&rayon=30", AlertFrequency.WEEKLY)
    assert "Ma recherche" in page.content.decode()


def test_search_of_an_unknown_place_is_not_kept(own, holder):
    answer = own.post(
        reverse("catalog:saved_search_add") + "?lieu=Nullepart", {"label": "x", "frequency": "daily"}
    )

    assert answer.url == reverse("catalog:training_search")
    assert not holder.saved_searches.exists()


def test_search_form_left_empty_says_what_to_do_and_keeps_nothing(own, holder):
    page = own.post(reverse("catalog:saved_search_add"), {"label": "", "frequency": ""}).content.decode()

    assert "Donnez un nom à cette recherche." in page
    assert "Choisissez une réponse." in page
    assert not holder.saved_searches.exists()


def test_alert_is_changed_and_search_deleted_by_its_own_holder_alone(own, holder):
    mine, other = SavedSearchFactory(holder=holder), SavedSearchFactory()

    own.post(reverse("catalog:saved_search_change", args=[mine.pk]), {"frequency": "never"})
    refused = own.post(reverse("catalog:saved_search_delete", args=[other.pk]))

    mine.refresh_from_db()
    assert mine.frequency == AlertFrequency.NEVER
    assert refused.status_code == 404
    own.post(reverse("catalog:saved_search_delete", args=[mine.pk]))
    assert not holder.saved_searches.exists()


def test_stop_link_asks_first_then_stops_signed_out_without_a_form_token():
    search = SavedSearchFactory()
    address = reverse("catalog:alert_stop", args=[stop_token(holder_id=search.holder_id)])
    mail_program = Client(enforce_csrf_checks=True)

    asked = mail_program.get(address)
    search.refresh_from_db()
    assert search.frequency == AlertFrequency.DAILY
    stopped = mail_program.post(address, {"List-Unsubscribe": "One-Click"})

    search.refresh_from_db()
    assert search.frequency == AlertFrequency.NEVER
    assert (asked.status_code, stopped.status_code) == (200, 200)
    assert mail_program.post(address).status_code == 200


def test_stop_link_that_was_changed_is_not_found(client):
    assert client.post(reverse("catalog:alert_stop", args=["faux"])).status_code == 404
