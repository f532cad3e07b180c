"""One corridor through every room, as people walk it: search, request, transmission, advice, staff."""

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.keyboard import Keyboard
from tests.support.browser import PHONE, look_at, new_visit, sign_in
from tests.support.patience import retry
from tests.support.portal import PASSWORD, Portal

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

ComeIn = Callable[[BrowserContext, str], Page]
TRANSMITTED_WITHIN = timedelta(seconds=10)
SENT_AGAIN_WITHIN = timedelta(seconds=60)
TRANSMITTED = re.compile("Transmis à AGORA le")
FILE = re.compile(r"/mes-dossiers/([0-9a-f-]{36})/")


def request_welding(page: Page, portal: Portal) -> Iterator[Page]:
    """From the search to the file that it opens; gives the page at each step."""
    page.goto(f"{portal.url}/formations/")
    page.fill("input[name=q]", "soudeur")
    page.fill("input[name=lieu]", "Ajaccio")
    page.locator("main form button[type=submit]").first.click()
    yield page
    page.locator('main h2 a[href^="/formations/"], main h3 a[href^="/formations/"]').first.click()
    yield page
    page.locator('a[href^="/mes-dossiers/demande/"]').first.click()
    yield page
    page.get_by_role("button", name="Confirmer ma demande").click()
    page.wait_for_url(FILE)
    yield page


def wait_for_text(page: Page, text: "str | re.Pattern[str]", within: timedelta) -> None:
    """The page is asked again, as a person would, until it says so."""

    def says_so() -> None:
        page.reload()
        expect(page.locator("main")).to_contain_text(text, timeout=1_000)

    retry(says_so, within)


def file_id(page: Page) -> uuid.UUID:
    found = FILE.search(page.url)
    assert found, page.url
    return uuid.UUID(found[1])


def known_at_agora(portal: Portal, number: str) -> int:
    with portal.database("AGORA_DATABASE_URL") as connection:
        row = connection.execute(
            "SELECT count(*) FROM rights_trainingfile WHERE agora_number = %s", [number]
        ).fetchone()
    assert row
    return int(row[0])


def agora_number(portal: Portal, file: uuid.UUID) -> str:
    with portal.database() as connection:
        row = connection.execute(
            "SELECT agora_number FROM rights_trainingfile WHERE id = %s", [file]
        ).fetchone()
    assert row
    assert row[0]
    return str(row[0])


@pytest.mark.parametrize("login", ["titulaire@demo.test", "agentpublic@demo.test", "nouveau@demo.test"])
def test_holder_sees_each_balance_equal_to_the_sum_of_its_entries(
    portal: Portal, visit: BrowserContext, come_in: ComeIn, login: str
) -> None:
    page = come_in(visit, login)
    with portal.database() as connection:
        sums = connection.execute(
            """SELECT c.scheme, c.balance, coalesce(sum(e.amount), 0), c.unit FROM rights_counter c
               JOIN accounts_holder h ON h.id = c.holder_id JOIN accounts_user u ON u.id = h.user_id
               LEFT JOIN rights_entry e ON e.counter_id = c.id WHERE u.email = %s GROUP BY c.id""",
            [login],
        ).fetchall()

    page.goto(f"{portal.url}/tableau-de-bord/")

    look_at(page)
    assert sums
    shown = re.sub(r"\s", "", page.inner_text("main"))
    for _scheme, balance, total, unit in sums:
        assert balance == total
        if unit == "cents":
            assert f"{balance // 100},{balance % 100:02}€" in shown


def test_holder_requests_a_training_near_ajaccio_and_agora_has_it_within_ten_seconds(
    portal: Portal, desktop: BrowserContext, come_in: ComeIn
) -> None:
    page = come_in(desktop, "titulaire@demo.test")

    for step in request_welding(page, portal):
        look_at(step)
    wait_for_text(page, TRANSMITTED, TRANSMITTED_WITHIN)

    look_at(page)
    assert known_at_agora(portal, agora_number(portal, file_id(page))) == 1


def test_region_sees_the_exchange_and_no_content(
    portal: Portal, visit: BrowserContext, come_in: ComeIn
) -> None:
    page = come_in(visit, "region@demo.test")

    page.goto(f"{portal.url}/agents/echanges/")

    look_at(page)
    expect(page.locator("main")).to_contain_text("Abouti")


def test_adviser_sees_the_appointment_that_a_holder_booked(portal: Portal, browser: Browser) -> None:
    holder = new_visit(browser).new_page()
    sign_in(holder, portal.url, "titulaire012@demo.test", PASSWORD)
    holder.goto(f"{portal.url}/conseil/")
    look_at(holder)
    holder.goto(f"{portal.url}/conseil/rendez-vous/?lieu=2A004")
    look_at(holder)
    holder.locator('a[href^="/conseil/rendez-vous/reserver/"]').last.click()
    look_at(holder)
    holder.get_by_role("button", name="Réserver ce rendez-vous").click()
    look_at(holder)
    expect(holder.locator("h1")).to_have_text("Votre rendez-vous est confirmé")
    name = holder_name(portal, "titulaire012@demo.test")

    adviser = new_visit(browser).new_page()
    sign_in(adviser, portal.url, "conseiller@demo.test", PASSWORD)
    adviser.goto(f"{portal.url}/admin/cep/booking/?q={name}")

    expect(adviser.locator("#result_list")).to_contain_text(name)
    retry(lambda: mail_sent_to(portal, "titulaire012@demo.test"), timedelta(seconds=20))
    holder.context.close()
    adviser.context.close()


def holder_name(portal: Portal, login: str) -> str:
    with portal.database() as connection:
        row = connection.execute(
            "SELECT birth_name FROM accounts_holder h JOIN accounts_user u ON u.id = h.user_id WHERE u.email = %s",
            [login],
        ).fetchone()
    assert row
    return str(row[0])


def mail_sent_to(portal: Portal, address: str) -> None:
    sent = [file.read_text() for file in (portal.data / "mail").glob("*.eml")]
    assert any(f"To: {address}" in mail and "text/calendar" in mail for mail in sent)


def test_request_by_keyboard_alone_on_a_narrow_screen(portal: Portal, browser: Browser) -> None:
    page = new_visit(browser, viewport=PHONE).new_page()
    keyboard = Keyboard(page)
    page.goto(f"{portal.url}/connexion/")

    keyboard.type_into("input[name=login]", "titulaire013@demo.test")
    keyboard.type_into("input[name=password]", PASSWORD)
    keyboard.press("Enter")
    page.wait_for_url("**/tableau-de-bord/")
    page.goto(f"{portal.url}/formations/")
    keyboard.type_into("input[name=q]", "soudeur")
    keyboard.type_into("input[name=lieu]", "Ajaccio")
    keyboard.press("Enter")
    page.wait_for_url("**q=soudeur**")
    keyboard.activate('main h2 a[href^="/formations/"], main h3 a[href^="/formations/"]')
    keyboard.activate('a[href^="/mes-dossiers/demande/"]')
    keyboard.activate("main form button[type=submit]")
    page.wait_for_url(FILE)

    wait_for_text(page, TRANSMITTED, TRANSMITTED_WITHIN)
    page.context.close()


def test_file_waits_while_agora_is_away_and_is_sent_once_when_it_is_back(
    portal: Portal, desktop: BrowserContext
) -> None:
    page = desktop.new_page()
    sign_in(page, portal.url, "titulaire014@demo.test", PASSWORD)
    portal.agora("stop")
    try:
        list(request_welding(page, portal))
        file = file_id(page)
        expect(page.locator("main")).to_contain_text("En attente d'AGORA")
        wait_until_tried(portal, file)
        page.reload()
        expect(page.locator("main")).to_contain_text("En attente d'AGORA")
    finally:
        portal.agora("start")

    wait_for_text(page, TRANSMITTED, SENT_AGAIN_WITHIN)

    assert known_at_agora(portal, agora_number(portal, file)) == 1


def wait_until_tried(portal: Portal, file: uuid.UUID) -> None:
    """At least one call has failed: the file is not merely on its way."""

    def tried() -> None:
        with portal.database() as connection:
            row = connection.execute(
                "SELECT attempts FROM agora_sync_exchange WHERE training_file_id = %s AND attempts > 0",
                [file],
            ).fetchone()
        assert row, "no try yet"

    retry(tried, timedelta(seconds=60))


def test_file_opened_by_a_partner_reaches_the_holder_page(
    portal: Portal, desktop: BrowserContext, come_in: ComeIn
) -> None:
    page = come_in(desktop, "titulaire@demo.test")
    page.goto(f"{portal.url}/mes-dossiers/")

    wait_for_text(page, "Anglais professionnel", SENT_AGAIN_WITHIN)
