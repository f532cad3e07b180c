from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Commune, Department
from cep.enums import MeetingMode
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import MONDAY, BookingFactory, SiteFactory, WindowFactory, at, span

ADDRESS = "/conseil/rendez-vous/"


def hours(page) -> list[str]:
    return [slot.hour.replace("\u00a0", " ") for _, slots in page.context["days"] for slot in slots]


@pytest.fixture
def ajaccio(holder):
    return WindowFactory(site=SiteFactory(name="Espace Ajaccio"))


@pytest.fixture
def bastia(holder):
    return WindowFactory(site=SiteFactory(name="Espace Bastia", bastia=True), span=span("14:00", "16:00"))


def test_slot_list_opens_near_work_with_the_first_free_week(holder_client, ajaccio, bastia):
    page = holder_client.get(ADDRESS)

    assert page.status_code == 200
    assert page.context["site"] == bastia.site
    assert hours(page) == ["14 h", "15 h"]
    assert "Espace Ajaccio" not in page.content.decode()


def test_slot_list_near_home_shows_what_is_there(holder_client, ajaccio, bastia):
    page = holder_client.get(ADDRESS, {"lieu": "domicile"})

    assert page.context["site"] == ajaccio.site
    assert hours(page) == ["9 h", "10 h", "11 h"]


@pytest.mark.parametrize(
    "words", [{"lieu": "autre", "commune": "ajaccio"}, {"lieu": "20000"}, {"lieu": "2A004"}]
)
def test_slot_list_near_a_named_commune(holder_client, ajaccio, bastia, words):
    page = holder_client.get(ADDRESS, words)

    assert page.context["site"] == ajaccio.site


def test_slot_list_every_button_says_day_hour_place_and_mode(holder_client, bastia):
    text = holder_client.get(ADDRESS).content.decode()

    assert (
        '14\u00a0h<span class="fr-sr-only"> : lundi 23 novembre 2026 à 14\u00a0h, Espace Bastia, Sur place'
        in text
    )


def test_slot_list_button_leads_to_the_page_that_checks(holder_client, bastia):
    page = holder_client.get(ADDRESS)

    _, (first, _) = page.context["days"][0]
    assert holder_client.get(first.url).context["meeting"].when == first.when


def test_slot_list_by_telephone_shows_only_that(holder_client, bastia):
    WindowFactory(
        adviser=bastia.adviser, site=bastia.site, mode=MeetingMode.PHONE, span=span("09:00", "10:00")
    )

    page = holder_client.get(ADDRESS, {"mode": "telephone"})

    assert hours(page) == ["9 h"]


def test_slot_list_following_week_and_back(holder_client, bastia):
    next_monday = MONDAY + timedelta(days=7)
    WindowFactory(adviser=bastia.adviser, site=bastia.site, span=span("09:00", "10:00", day=next_monday))
    first = holder_client.get(ADDRESS)

    second = holder_client.get(ADDRESS + first.context["next_week"])

    assert hours(second) == ["9 h"]
    assert second.context["previous_week"] == f"?site={bastia.site.pk}&semaine={MONDAY}"


def test_slot_list_of_a_week_that_is_over_shows_the_present_one(holder_client, bastia):
    page = holder_client.get(ADDRESS, {"semaine": "2020-01-06"})

    assert page.context["week_label"].startswith("du 16 au 22 novembre 2026")
    assert page.context["previous_week"] == ""


def test_slot_list_ends_with_the_last_week_that_can_be_booked(holder_client, bastia):
    page = holder_client.get(ADDRESS, {"semaine": "9999-12-31"})

    assert page.context["week_label"].startswith("du 15 au 21 février 2027")
    assert page.context["next_week"] == ""


@pytest.mark.parametrize("week", ["demain", "2026-13-45", "9999-12-31"])
def test_slot_list_of_no_week_still_answers(holder_client, bastia, week):
    assert holder_client.get(ADDRESS, {"semaine": week}).status_code == 200


def test_slot_list_week_without_anything_points_to_the_first_one(holder_client, bastia):
    page = holder_client.get(ADDRESS, {"semaine": "2026-12-14"})

    assert hours(page) == []
    assert "lundi 23 novembre 2026 à 14\u00a0h" in page.content.decode()


def test_slot_list_when_all_is_taken_says_so(holder_client, bastia):
    for hour in ("14:00", "15:00"):
        BookingFactory(adviser=bastia.adviser, site=bastia.site, start=at(MONDAY, hour))

    text = holder_client.get(ADDRESS).content.decode()

    assert "Aucun rendez-vous libre" in text


def test_slot_list_without_any_site_says_so(holder_client):
    text = holder_client.get(ADDRESS).content.decode()

    assert "Aucun lieu de conseil" in text


def test_slot_list_prefers_the_nearest_site_that_has_something(holder_client, bastia):
    SiteFactory(bastia=True, name="Espace complet")

    page = holder_client.get(ADDRESS)

    assert page.context["site"] == bastia.site
    assert "Aucun rendez-vous libre dans les trois mois" in page.content.decode()


def test_slot_list_of_another_site_of_the_list(holder_client, bastia):
    other = WindowFactory(site=SiteFactory(bastia=True), span=span("10:00", "11:00"))

    page = holder_client.get(ADDRESS, {"site": other.site.pk})

    assert hours(page) == ["10 h"]


def test_slot_list_of_a_site_that_is_far_is_not_shown(holder_client, ajaccio, bastia):
    page = holder_client.get(ADDRESS, {"site": ajaccio.site.pk})

    assert page.context["site"] == bastia.site


def test_slot_list_overseas_says_whose_clock_it_is(corsica, noon_on_friday):
    Commune.objects.create(
        code="97411",
        name="Saint-Denis",
        search_name="saint denis",
        department=Department.objects.first(),
        latitude=-20.88,
        longitude=55.45,
    )
    WindowFactory(site=SiteFactory(reunion=True))
    client = Client()
    client.force_login(HolderFactory(work_commune_code="97411").user)

    page = client.get(ADDRESS)

    assert hours(page) == ["9 h", "10 h", "11 h"]
    assert "9\u00a0h (heure de La Réunion)" in page.content.decode()


def test_slot_list_of_a_person_without_a_commune_asks_without_a_reproach(corsica, noon_on_friday):
    client = Client()
    client.force_login(HolderFactory(home_commune_code="", work_commune_code="").user)

    page = client.get(ADDRESS)

    assert page.status_code == 200
    assert not page.context["form"].errors
    assert "Autre commune" in page.content.decode()


@pytest.mark.parametrize("name", ["", "Nulle-Part"])
def test_slot_list_of_an_unknown_commune_says_so_beside_the_field(holder_client, bastia, name):
    page = holder_client.get(ADDRESS, {"lieu": "autre", "commune": name})

    assert page.status_code == 200
    assert page.context["form"].errors["commune"]


@pytest.mark.parametrize("people", [1, 3])
def test_slot_list_costs_the_same_number_of_queries_whatever_is_shown(
    holder_client, bastia, people, django_assert_num_queries
):
    for _ in range(people):
        window = WindowFactory(site=bastia.site)
        BookingFactory(adviser=window.adviser, site=bastia.site)
        WindowFactory(site=SiteFactory(bastia=True))
    holder_client.get(ADDRESS)

    # user, holder, communes, sites, first slots, week, roles for the navigation
    with django_assert_num_queries(7):
        holder_client.get(ADDRESS)


def test_slot_list_sends_visitors_to_sign_in(client, db):
    page = client.get(ADDRESS)

    assert page.status_code == 302
    assert page.url.startswith(reverse("account_login"))


def test_slot_list_is_not_for_staff_without_an_account(client, db):
    client.force_login(UserFactory(cep_adviser=True))

    assert client.get(ADDRESS).status_code == 403
