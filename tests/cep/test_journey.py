"""From the advice page to an appointment and its cancellation, in a real browser, as a person goes through it."""

import pytest
import time_machine
from playwright.sync_api import Page, expect

from cep.enums import BookingAction, BookingStatus
from cep.models import Booking
from cep.services.appointments import act_on_appointment
from cep.services.booking import book_appointment
from tests.support.browser import audit, look_at, new_visit, sign_in_by_cookie, visiting
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import (
    NOW,
    AdviceRequestFactory,
    BookingFactory,
    GroupSessionFactory,
    SiteFactory,
    WindowFactory,
    demand,
    plan_rows,
    span,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person(corsica):
    with time_machine.travel(NOW, tick=True):
        yield HolderFactory()


@pytest.fixture
def page(page: Page, person, live_server) -> Page:
    """A page of the person's, already signed in."""
    sign_in_by_cookie(page, person.user, live_server.url)
    return page


def check_page(page: Page, heading: str) -> None:
    expect(page.locator("h1")).to_contain_text(heading)
    look_at(page)


def test_person_takes_an_appointment_and_cancels_it(page, person, live_server):
    window = WindowFactory(site=SiteFactory(name="Espace Bastia", bastia=True))
    WindowFactory(site=window.site, adviser=window.adviser, span=span("14:00", "18:00"))

    page.goto("/conseil/")
    check_page(page, "Parler à un conseiller")
    page.get_by_role("link", name="Choisir un rendez-vous").click()
    check_page(page, "Choisir un rendez-vous")
    page.get_by_role("link", name="10 h : lundi 23 novembre 2026 à 10 h, Espace Bastia, Sur place").click()
    check_page(page, "Vérifier et réserver")
    page.get_by_role("button", name="Réserver ce rendez-vous").click()
    check_page(page, "Votre rendez-vous est confirmé")
    booking = Booking.objects.get()
    assert (booking.holder, booking.local_time.hour) == (person, 10)

    page.get_by_role("link", name="page du rendez-vous").click()
    check_page(page, "Rendez-vous avec un conseiller")
    page.get_by_role("link", name="Annuler ce rendez-vous").click()
    check_page(page, "Annuler ce rendez-vous")
    page.get_by_role("button", name="Oui, annuler").click()
    check_page(page, "Rendez-vous avec un conseiller")
    expect(page.get_by_text("Votre rendez-vous est annulé")).to_be_visible()
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED_BY_PERSON
    page.goto("/mes-rendez-vous/")
    check_page(page, "Mes rendez-vous")


def test_person_who_comes_too_late_is_offered_what_is_near(page, person, live_server):
    window = WindowFactory(site=SiteFactory(bastia=True))
    page.goto("/conseil/rendez-vous/")
    page.get_by_role("link", name="9 h :").click()
    BookingFactory(adviser=window.adviser, site=window.site)

    page.get_by_role("button", name="Réserver ce rendez-vous").click()

    check_page(page, "n'est pas réservé")
    page.get_by_role("link", name="Lundi 23 novembre 2026 à 10 h").click()
    page.get_by_role("button", name="Réserver ce rendez-vous").click()
    check_page(page, "confirmé")


@pytest.mark.parametrize("words", ["?lieu=autre&commune=Nulle-Part", "?mode=telephone", "?lieu=domicile"])
def test_slot_list_in_its_other_states(page, person, live_server, words):
    WindowFactory(site=SiteFactory(bastia=True, wheelchair_accessible=False), mode="phone")

    page.goto(f"/conseil/rendez-vous/{words}")

    check_page(page, "Choisir un rendez-vous")


def test_person_without_javascript_takes_an_appointment_by_keyboard_alone(browser, person, live_server):
    WindowFactory(site=SiteFactory(bastia=True), span=span("09:00", "10:00"))
    context = new_visit(browser, base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in_by_cookie(page, person.user, live_server.url)
    page.goto("/conseil/rendez-vous/")

    press_on(page, "9 h :")
    press_on(page, "Réserver ce rendez-vous")

    expect(page.locator("h1")).to_have_text("Votre rendez-vous est confirmé")
    assert Booking.objects.count() == 1
    context.close()


def press_on(page: Page, name: str) -> None:
    """Walk with the tabulation key to what bears the name, then press Enter."""
    before = page.url
    for _ in range(80):
        page.keyboard.press("Tab")
        text = page.locator(":focus").text_content() if page.locator(":focus").count() else ""
        if name in (text or "").replace("\u00a0", " "):
            break
    else:
        raise AssertionError(f"« {name} » is not reached by keyboard")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)


def test_held_proposed_moved_and_remote_pages_owe_what_every_page_owes(page, person, live_server):
    site = SiteFactory(name="Espace Bastia", bastia=True)
    remote = WindowFactory(site=site, mode="remote")
    page.goto("/conseil/rendez-vous/")
    check_page(page, "Choisir un rendez-vous")
    expect(page.get_by_text("Rien sur place avant 10 jours")).to_be_visible()
    page.get_by_role("link", name="En visioconférence").click()
    page.get_by_role(
        "link", name="9 h : lundi 23 novembre 2026 à 9 h, Espace Bastia, En visioconférence"
    ).click()
    page.get_by_role("button", name="Garder").click()
    check_page(page, "Vérifier et réserver")
    page.get_by_role("button", name="Réserver ce rendez-vous").click()
    booking = Booking.objects.get()
    WindowFactory(site=site)

    page.goto(f"/mes-rendez-vous/{booking.pk}/deplacer/")
    check_page(page, "Déplacer ce rendez-vous")
    page.get_by_role("link", name="Voir les moments sur place").click()
    check_page(page, "Déplacer ce rendez-vous")
    page.get_by_role("button", name="10 h : lundi 23 novembre 2026 à 10 h, Espace Bastia, Sur place").click()
    check_page(page, "Rendez-vous avec un conseiller")
    moved = Booking.objects.get(status=BookingStatus.CONFIRMED)
    assert (moved.mode, moved.local_time.hour) == ("on_site", 10)

    Booking.objects.filter(pk=moved.pk).update(status=BookingStatus.PROPOSED)
    page.goto(f"/mes-rendez-vous/{moved.pk}/")
    check_page(page, "Rendez-vous avec un conseiller")
    page.get_by_role("button", name="Accepter ce rendez-vous").click()
    expect(page.get_by_text("ce rendez-vous est confirmé")).to_be_visible()
    assert remote.site == moved.site


def test_waiting_lists_and_workshops_owe_what_every_page_owes(page, person, live_server):
    window = WindowFactory(site=SiteFactory(name="Espace Bastia", bastia=True))
    workshop = GroupSessionFactory(site=window.site, adviser=window.adviser)
    booked = book_appointment(**demand(window))
    page.goto("/conseil/rendez-vous/")
    page.get_by_role("button", name="Me prévenir si un rendez-vous se libère").click()
    check_page(page, "Mes listes d'attente")
    act_on_appointment(key=booked.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)
    page.reload()
    check_page(page, "Mes listes d'attente")
    expect(
        page.get_by_role("link", name="Réserver ce rendez-vous : lundi 23 novembre 2026 à 9 h, Espace Bastia")
    ).to_be_visible()
    page.get_by_role("link", name="Quitter cette liste").click()
    check_page(page, "Quitter cette liste d'attente ?")
    page.get_by_role("button", name="Oui, quitter la liste").click()
    check_page(page, "Mes listes d'attente")

    page.goto("/conseil/ateliers/")
    check_page(page, "Ateliers collectifs")
    page.get_by_role("link", name=workshop.title).click()
    check_page(page, workshop.title)
    page.get_by_role("button", name="Réserver ma place").click()
    expect(page.get_by_text("Votre place est réservée").first).to_be_visible()
    check_page(page, workshop.title)
    page.get_by_role("link", name="Rendre ma place").click()
    check_page(page, "Rendre ma place ?")
    page.get_by_role("button", name="Oui, rendre ma place").click()
    check_page(page, "Ateliers collectifs")


ADVISER_PAGES = (
    "booking/", "booking/semaine/?jour=2026-11-23", "booking/{booking}/change/", "pattern/add/", "absence/",
    "impact/", "groupsession/add/", "groupsession/{session}/change/",
)  # fmt: skip
MANAGER_PAGES = ("advicerequest/", "closingrequest/add/")


def test_back_office_has_nothing_that_stands_in_the_way(browser, person, live_server):
    window = WindowFactory(site=SiteFactory(name="Espace Bastia", bastia=True))
    adviser, site = window.adviser, window.site
    booking = BookingFactory(adviser=adviser, site=site, holder=person)
    session = GroupSessionFactory(adviser=adviser, site=site)
    AdviceRequestFactory(holder=person, site=site)
    list(plan_rows(booking))
    manager = UserFactory(cep_manager=True, scope_code=site.operator.code)

    for user, paths in ((adviser.user, ADVISER_PAGES), (manager, MANAGER_PAGES)):
        with visiting(browser, base_url=live_server.url) as page:
            sign_in_by_cookie(page, user, live_server.url)
            for path in paths:
                page.goto(f"/admin/cep/{path.format(booking=booking.pk, session=session.pk)}")
                assert page.locator("h1").count() == 1, page.url
                found = audit(page)
                assert not found, f"{page.url}\n" + "\n".join(map(str, found))
