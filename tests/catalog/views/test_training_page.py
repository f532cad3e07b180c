"""What the page of a training draws: months, places, prices compared; and the file of a session."""

import datetime

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar
from lxml import html

from catalog.enums import EntryMode, Modality
from tests.support.factories.catalog import (
    BASTIA,
    TODAY,
    ActionFactory,
    CertificationFactory,
    PlaceFactory,
    SessionFactory,
    TrainingFactory,
    offered,
)

pytestmark = [pytest.mark.usefixtures("corsica")]
NOON = datetime.datetime.combine(TODAY, datetime.time(12), datetime.UTC)


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel(NOON, tick=False):
        yield


def page_of(client, training):
    response = client.get(reverse("catalog:training_detail", args=[training.pk]))
    assert response.status_code == 200
    return html.fromstring(response.content)


def text_of(page):
    return " ".join(page.xpath("//main")[0].text_content().split())


def session_of(training):
    return training.actions.get().sessions.get()


def test_calendar_leads_from_the_first_day_to_the_session(client):
    training = offered("Soudeur", starts_in=40)

    page = page_of(client, training)

    (link,) = page.xpath("//table[@class='portal-month']//a")
    assert page.xpath("//table[@class='portal-month']/caption")[0].text_content() == "Avril 2026"
    assert link.text_content().startswith("11 avril")
    assert page.get_element_by_id(link.get("href")[1:]).get("class") == "portal-session"


def test_map_numbers_places_as_the_table_does_and_needs_no_style(client):
    training = offered("Soudeur")
    place = PlaceFactory(organisation=training.organisation, commune_id=BASTIA)
    SessionFactory(action=training.actions.get(), place=place)

    page = page_of(client, training)

    rows = page.xpath("//caption[contains(text(), 'Lieux')]/../tbody/tr")
    numbers = page.xpath("//*[@class='portal-map__number']/text()")
    assert numbers == [row.xpath("string(td[1])") for row in rows] == ["1", "2"]
    assert not page.xpath("//main//*[@style] | //main//script | //*[name()='image']")


def test_map_is_left_out_without_positions_and_places_stay_in_the_table(client):
    training = offered("Soudeur")
    session = session_of(training)
    session.place.latitude = session.place.longitude = None
    session.place.save()

    page = page_of(client, training)

    assert not page.xpath("//*[@class='portal-map']")
    assert "1 rue des Écoles" in text_of(page)


def test_remote_training_has_neither_map_nor_places(client):
    page = page_of(client, offered("Soudeur", action={"modality": Modality.REMOTE}))

    assert not page.xpath("//*[@class='portal-map'] | //caption[contains(text(), 'Lieux')]")


@pytest.mark.parametrize(
    ("cents", "said"),
    [(15_000, "50 % au-dessus du prix médian"), (10_000, "au prix médian"), (5_000, "50 % au-dessous")],
)
def test_price_of_an_hour_is_compared_to_the_median_with_its_number(client, cents, said):
    certification = CertificationFactory()
    for price in (10_000, 10_000, 10_000, 10_000):
        ActionFactory(
            training=TrainingFactory(certification=certification), price_cents=price, hours_minutes=600
        )
    training = TrainingFactory(certification=certification)
    ActionFactory(training=training, price_cents=cents, hours_minutes=600)

    text = text_of(page_of(client, training))

    assert said in text
    assert "sur 5 offres" in text


def test_page_shares_its_address_without_a_script(client):
    training = offered("Soudeur & Cie")

    page = page_of(client, training)

    address = f"http://testserver/formations/{training.pk}/"
    assert page.get_element_by_id("adresse").get("value") == address
    assert page.xpath("//a[starts-with(@href, 'mailto:?')]/@href") == [
        f"mailto:?subject=Soudeur%20%26%20Cie&body=http%3A%2F%2Ftestserver%2Fformations%2F{training.pk}%2F"
    ]


def test_session_file_is_a_whole_day_event_at_its_place(client):
    training = offered("Soudeur", starts_in=40)
    session = session_of(training)

    response = client.get(reverse("catalog:session_calendar", args=[session.pk]))

    (event,) = Calendar.from_ical(response.content).events
    assert response["Content-Type"].startswith("text/calendar")
    assert event["DTSTART"].dt == session.starts_on
    assert event["DTEND"].dt == session.ends_on + datetime.timedelta(days=1)
    assert event["SUMMARY"] == "Soudeur"
    assert "1 rue des Écoles" in event["LOCATION"]
    assert str(event["UID"]).startswith(f"session-{session.pk}@")


@pytest.mark.parametrize(
    "session",
    [{"starts_on": None, "ends_on": None}, {"closed_on": TODAY}],
    ids=["without dates", "closed"],
)
def test_session_without_dates_or_closed_has_no_file(client, session):
    training = offered("Soudeur", session=session, action={"entry_mode": EntryMode.PERMANENT})

    response = client.get(reverse("catalog:session_calendar", args=[session_of(training).pk]))

    assert response.status_code == 404
