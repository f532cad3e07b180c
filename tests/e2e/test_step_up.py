"""A password shows an account; FranceConnect+ spends from it: out in the middle of a request, and back to it."""

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.support.browser import look_at, sign_in
from tests.support.portal import PASSWORD, Portal

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

NEVER_CHECKED = "titulaire230@demo.test"


def test_request_after_a_password_goes_through_franceconnect_and_is_made_with_what_was_typed(
    portal: Portal, visit: BrowserContext
) -> None:
    page = visit.new_page()
    sign_in(page, portal.url, NEVER_CHECKED, PASSWORD)
    page.goto(f"{portal.url}/formations/?q=soudeur&lieu=Ajaccio")
    page.locator('main h2 a[href^="/formations/"], main h3 a[href^="/formations/"]').first.click()
    page.locator('a[href^="/mes-dossiers/demande/"]').first.click()
    key = page.locator("input[name=idempotency_key]").input_value()

    page.get_by_role("button", name="Confirmer ma demande").click()
    look_at(page)
    expect(page.locator("h1")).to_have_text("Prouvez votre identité")
    page.get_by_role("button", name="FranceConnect").click()
    look_at(page, service="Identité de développement")
    expect(page.locator("main")).to_contain_text("substantiel")
    page.select_option("#person", NEVER_CHECKED)
    page.get_by_role("button", name="Continuer comme cette personne").click()
    look_at(page)
    expect(page.locator("main")).to_contain_text("Votre identité est prouvée")
    page.get_by_role("button", name="Confirmer ma demande").click()

    expect(page).to_have_url(re.compile(rf"/mes-dossiers/{key}/"))


def test_sign_in_and_out_with_franceconnect_at_both_ends(portal: Portal, desktop: BrowserContext) -> None:
    page = desktop.new_page()
    page.goto(f"{portal.url}/connexion/")
    look_at(page)

    page.get_by_role("button", name="FranceConnect").click()
    page.select_option("#person", "titulaire232@demo.test")
    page.get_by_role("button", name="Continuer comme cette personne").click()
    page.wait_for_url("**/tableau-de-bord/")
    page.goto(f"{portal.url}/deconnexion/")
    page.locator("main form button[type=submit]").first.click()

    expect(page.locator("body")).to_contain_text("déconnecté de ce site et de FranceConnect")
