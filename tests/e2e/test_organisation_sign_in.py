"""Staff come through their organisation, give themselves a second factor, and are asked for it the next time."""

import json
import time
import urllib.request
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import PHONE, look_at, new_visit, sign_in
from tests.support.portal import PASSWORD, Portal

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

# A loaded machine hashes and signs slowly.
PATIENCE = 30_000
NAME = "Collectivité d’essai"
PERSON = {
    "name_id": "agent-7",
    "attributes": {"mail": ["lea.santoni@region.test"], "role": ["agent-formation"]},
}


@pytest.fixture(scope="module")
def connected(portal: Portal, browser: Browser, organisation: Path) -> None:
    """The administrator has loaded the organisation's description, and the organisation ours."""
    visit = new_visit(browser)
    page = visit.new_page()
    sign_in(page, portal.url, "admin@demo.test", PASSWORD)
    page.goto(f"{portal.url}/admin/accounts/samlconnection/add/")
    for name, value in {
        "name": NAME,
        "slug": "collectivite",
        "email_domains": "region.test",
        "scope_code": "94",
    }.items():
        page.fill(f"[name={name}]", value)
    page.set_input_files("[name=metadata_file]", organisation / "idp.xml")
    page.select_option("[name=allowed_roles]", ["regional_agent"])
    page.check("[name=is_active]")
    page.fill("[name=mappings-0-value]", "agent-formation")
    page.select_option("[name=mappings-0-role]", "regional_agent")
    page.click("[name=_save]")
    expect(page.locator("body")).to_contain_text("a été ajouté")
    visit.close()
    with urllib.request.urlopen(f"{portal.url}/saml/collectivite/metadonnees/") as ours:  # noqa: S310
        (organisation / "sp.xml").write_bytes(ours.read())


def come_from_the_organisation(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/agents/")
    page.goto(f"{portal.url}/connexion/organisme/")
    look_at(page)
    page.get_by_role("link", name=NAME).click()
    expect(page.locator("h1")).to_have_text("Organisme d’essai")
    page.get_by_role("button", name="Continuer comme agent-7").click()


def code_of(seed: str) -> str:
    """What the application on the telephone shows (RFC 6238)."""
    return format_hotp_value(hotp_value(seed, int(time.time()) // 30))


def test_staff_sign_in_through_their_organisation_then_with_a_second_factor(
    portal: Portal, browser: Browser, organisation: Path, connected: None
) -> None:
    (organisation / "person.json").write_text(json.dumps(PERSON))
    first = new_visit(browser).new_page()

    come_from_the_organisation(first, portal)
    expect(first.locator("h1")).to_have_text("Espace des agents", timeout=PATIENCE)
    look_at(first)
    first.goto(f"{portal.url}/mon-compte/double-authentification/application/activer/")
    look_at(first)
    seed = first.locator("main code").inner_text()
    first.fill("[name=code]", code_of(seed))
    first.locator("main form button[type=submit]").click()
    expect(first.locator("main")).to_contain_text("Application d'authentification activée")
    first.context.close()

    again = new_visit(browser, viewport=PHONE).new_page()
    come_from_the_organisation(again, portal)
    expect(again.locator("[name=code]")).to_be_visible(timeout=PATIENCE)
    look_at(again)
    again.fill("[name=code]", "000000")
    again.locator("main form button[type=submit]").first.click()
    # Without the right code no page of the staff opens: each sends back to the question.
    again.goto(f"{portal.url}/agents/")
    expect(again.locator("[name=code]")).to_be_visible(timeout=PATIENCE)
    again.fill("[name=code]", code_of(seed))
    again.locator("main form button[type=submit]").first.click()
    expect(again.locator("h1")).to_have_text("Espace des agents", timeout=PATIENCE)
    again.context.close()


def test_forged_answer_of_an_organisation_opens_a_page_that_says_what_to_do(
    portal: Portal, browser: Browser, organisation: Path, connected: None
) -> None:
    (organisation / "person.json").write_text(json.dumps({**PERSON, "key": "stranger"}))
    page = new_visit(browser, viewport=PHONE).new_page()

    come_from_the_organisation(page, portal)

    look_at(page)
    expect(page.locator("h1")).to_have_text("Connexion refusée")
    expect(page.locator("main")).to_contain_text("Recommencez")
    page.context.close()
