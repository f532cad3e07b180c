"""A person reads what is held about them, at any width, by keyboard too, and takes a copy away."""

import json

import pytest
from playwright.sync_api import BrowserContext

from tests.support.browser import look_at, sign_in
from tests.support.portal import PASSWORD, Portal

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def test_personal_data_is_read_and_copied(portal: Portal, visit: BrowserContext) -> None:
    page = visit.new_page()
    sign_in(page, portal.url, "titulaire@demo.test", PASSWORD)

    page.goto(f"{portal.url}/mes-donnees/")

    assert page.locator("h1").all_inner_texts() == ["Mes données"]
    assert "••" in page.inner_text("main")
    assert page.locator("table caption").count() == page.locator("table").count()
    look_at(page, "Mes données")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger la copie de mes données").click()
    held = json.loads(download.value.path().read_text())
    assert held["accounts"]["Identité"]["prénoms"]


@pytest.mark.parametrize("path", ["/connexion/", "/inscription/", "/mot-de-passe/oubli/"])
def test_way_in_has_nothing_that_stands_in_the_way(portal: Portal, visit: BrowserContext, path: str) -> None:
    page = visit.new_page()

    page.goto(f"{portal.url}{path}")

    look_at(page)
    assert all(
        page.locator(f"label[for='{field.get_attribute('id')}']").count() for field in visible_fields(page)
    )


def test_sign_in_by_keyboard_alone_reaches_the_dashboard(portal: Portal, desktop: BrowserContext) -> None:
    page = desktop.new_page()
    page.goto(f"{portal.url}/connexion/")

    page.focus("input[name=login]")
    page.keyboard.type("titulaire@demo.test")
    press_tab_until(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/tableau-de-bord/")

    assert page.locator("h1").count() == 1


def visible_fields(page):
    fields = page.locator("main input:not([type=hidden])").all()
    assert fields
    return fields


def press_tab_until(page, name):
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"the keyboard never reaches {name}")
