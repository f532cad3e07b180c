"""The pages as a visitor meets them, on a desktop and on a phone, with and without JavaScript."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from catalog.enums import Modality
from catalog.models import CertificationBlock, Training
from tests.support.browser import look_at, new_visit
from tests.support.factories.catalog import CertificationFactory, OccupationFactory, SkillFactory, offered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def offer(corsica):
    """Two trainings in Ajaccio, one at a distance, one that prepares a certification with blocks."""
    today = timezone.localdate()
    certification = CertificationFactory(code="RNCP38311", occupations=[OccupationFactory()])
    SkillFactory(occupations=[OccupationFactory()])
    CertificationBlock.objects.create(
        code="RNCP38311BC01", certification=certification, title="Préparer une intervention"
    )
    offered("Soudeur : souder à l'arc (MIG, MAG, TIG)", day=today, certification=certification)
    offered("Initiation au soudage", day=today, starts_in=50)
    offered("Soudure à distance", day=today, action={"modality": Modality.REMOTE})


@pytest.fixture
def page(page, offer):
    """On a site that has this offer."""
    return page


def search(page: Page, words: str, place: str) -> None:
    page.goto("/formations/")
    page.fill("#q", words)
    page.fill("#lieu", place)
    page.get_by_role("search").get_by_role("button", name="Rechercher").click()


def test_visitor_searches_reads_and_reaches_the_request(page):
    search(page, "soudeuse", "Ajaccio")
    expect(page.get_by_role("heading", level=2, name="3 formations")).to_be_visible()
    look_at(page, "Formations « soudeuse »")

    page.get_by_role("link", name="Soudeur : souder à l'arc").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Soudeur")
    look_at(page, "Soudeur")

    page.get_by_role("link", name="Demander cette session").click()
    page.wait_for_url("**/connexion/**")


def test_pages_beside_the_journey_are_sound(page):
    page.goto("/formations/")
    look_at(page, "Trouver une formation")
    page.goto("/certifications/RNCP38311/")
    look_at(page, "Mention complémentaire")
    page.get_by_role("link", name="Soudeur : souder à l'arc").click()
    page.locator("main").get_by_role("link", name="Organisme numéro").first.click()
    look_at(page, "Organisme numéro")
    page.goto("/metiers/?metier=H2913&q=soudage")
    look_at(page, "De mes compétences à un métier")
    page.goto(f"/formations/{Training.objects.first().pk}/signaler/")
    page.get_by_role("button", name="Envoyer").click()
    look_at(page, "Erreur : Signaler une formation")


def test_empty_ambiguous_and_wrong_are_said_and_sound(page):
    for words, place, said in (
        ("boulanger", "Ajaccio", "Aucune formation trouvée"),
        ("soudeur", "Saint-Denis", "De laquelle parlez-vous ?"),
        ("soudeur", "Xyzville", "Nous ne connaissons pas de lieu"),
    ):
        search(page, words, place)

        expect(page.locator("main")).to_contain_text(said)
        assert page.input_value("#q") == words
        look_at(page, "")


def test_fields_complete_what_one_writes_by_the_keyboard_alone(page):
    page.goto("/formations/")
    place = page.get_by_role("combobox", name="Où ?")
    place.press_sequentially("aja")
    option = page.get_by_role("option", name="Ajaccio, Corse-du-Sud")
    expect(option).to_be_visible()
    expect(place).to_have_attribute("aria-expanded", "true")
    look_at(page, "Trouver une formation")

    place.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(place).to_have_attribute("aria-activedescendant", option.get_attribute("id"))
    place.press("Enter")

    expect(place).to_have_value("Ajaccio (2A)")
    expect(place).to_have_attribute("aria-expanded", "false")
    place.press("Enter")
    expect(page.get_by_role("heading", level=2, name="3 formations")).to_be_visible()

    place.press_sequentially("x")
    place.press("Backspace")
    expect(option).to_be_visible()
    place.press("Escape")
    expect(option).to_be_hidden()


def test_around_me_asks_on_a_click_alone_and_says_when_it_is_refused(browser, offer, live_server):
    visit = new_visit(browser, base_url=live_server.url)
    page = visit.new_page()
    page.goto("/formations/")
    page.get_by_role("button", name="Autour de moi").click()
    expect(page.locator("#lieu-autour")).to_contain_text("Votre navigateur n'a pas donné votre position")

    visit.grant_permissions(["geolocation"])
    visit.set_geolocation({"latitude": 41.93, "longitude": 8.74})
    page.get_by_role("button", name="Autour de moi").click()
    expect(page.locator("#lieu")).to_have_value("Ajaccio (2A)")
    expect(page.locator("#lieu-autour")).to_contain_text("Votre position exacte n'est pas gardée")
    visit.close()


def test_visitor_compares_what_they_ticked(page):
    search(page, "soudeuse", "Ajaccio")
    for box in page.get_by_role("checkbox", name="Comparer").all()[:2]:
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Comparer les formations cochées").press("Enter")

    expect(page.get_by_role("rowheader")).to_have_count(2)
    look_at(page, "Comparer des formations")


def test_search_works_without_javascript(browser, offer, live_server):
    visit = new_visit(browser, base_url=live_server.url, java_script_enabled=False)
    page = visit.new_page()

    search(page, "soudeur", "20000")
    page.get_by_role("link", name="Initiation au soudage").click()

    expect(page.get_by_role("link", name="Demander cette session")).to_be_visible()
    visit.close()
