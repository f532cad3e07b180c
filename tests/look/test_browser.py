"""The frame and the shared components as a person meets them: a real Chromium on a real server."""

from collections.abc import Iterator

import brotli
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect

from tests.support.browser import PHONE, audit, new_visit, scrolls_sideways, show_on, sign_in, visiting
from tests.support.factories.accounts import PASSWORD, HolderFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.look.sample_pages"),
    pytest.mark.django_db(transaction=True),
]

PUBLIC = ["/", "/aide/", "/accessibilite/", "/mentions-legales/", "/donnees-personnelles/", "/plan-du-site/"]
ENTRANCE = ["/connexion/", "/inscription/", "/mot-de-passe/oubli/", "/rien/"]
ACCOUNT = [
    "/mon-compte/adresse/",
    "/mon-compte/mot-de-passe/",
    "/mon-compte/double-authentification/",
    "/mon-compte/connexions/",
    "/deconnexion/",
]
FIRST_VIEW_BYTES = 250_000
NEXT_VIEW_BYTES = 40_000
TWICE = """() => { const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
                   return ids.filter((id, rank) => ids.indexOf(id) !== rank); }"""
UNLABELLED = """() => [...document.querySelectorAll('main input:not([type=hidden])')]
    .filter(field => !document.querySelector(`label[for='${field.id}']`)).map(field => field.outerHTML)"""
PACKED = ("text/", "application/javascript", "text/javascript", "image/svg+xml")


@pytest.fixture(autouse=True)
def local_demo(settings):
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with visiting(browser) as page:
        yield page


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with visiting(browser, viewport=PHONE) as page:
        yield page


@pytest.fixture
def first_page(browser: Browser) -> Iterator[Page]:
    """Of a visitor who has nothing of the site yet."""
    context = new_visit(browser)
    yield context.new_page()
    context.close()


def troubles_of(page: Page, address: str) -> list[str]:
    """What is wrong with one page: axe, title, headings, skip links, labels, width, refusals of the security policy."""
    refused: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if "Content Security" in message.text:
            refused.append(message.text)

    page.on("console", keep)
    page.goto(address)
    # Before the audit: axe itself tries a style or two that the policy refuses.
    page.remove_listener("console", keep)
    troubles = [str(violation) for violation in audit(page)] + refused
    if not page.title().endswith(" – Mon compte personnel d'activité"):
        troubles.append(f"title: {page.title()}")
    if page.locator("main h1").count() != 1:
        troubles.append("not one h1")
    if twice := page.evaluate(TWICE):
        troubles.append(f"identifiers used twice: {twice}")
    for target in page.locator(".fr-skiplinks a").evaluate_all("links => links.map(link => link.hash)"):
        if page.locator(target).count() != 1:
            troubles.append(f"skip link to nothing: {target}")
    if unlabelled := page.evaluate(UNLABELLED):
        troubles.append(f"fields without a label: {unlabelled}")
    walked = page.viewport_size
    show_on(page, PHONE)
    if scrolls_sideways(page):
        troubles.append("wider than a phone")
    show_on(page, walked)
    return troubles


@pytest.mark.parametrize("path", [*PUBLIC, *ENTRANCE, "/echantillon/"])
def test_page_of_a_visitor_has_no_fault_in_light_and_dark(live_server, page, path):
    troubles = troubles_of(page, live_server.url + path)

    assert troubles == []


def test_account_pages_have_no_fault_in_light_and_dark(live_server, page):
    sign_in(page, live_server.url, HolderFactory().user.email, PASSWORD)

    troubles = {path: troubles_of(page, live_server.url + path) for path in ACCOUNT}

    assert {path: found for path, found in troubles.items() if found} == {}


def test_phone_page_has_no_fault(live_server, phone):
    troubles = troubles_of(phone, live_server.url + "/echantillon/")

    assert troubles == []


def test_state_theme_has_no_fault_either(live_server, settings, page):
    settings.THEME = "state"

    troubles = troubles_of(page, live_server.url + "/echantillon/")

    assert troubles == []
    expect(page.locator("header .fr-logo")).to_have_text("RépubliqueFrançaise")


def test_neutral_theme_shows_and_loads_nothing_of_the_state(live_server, settings, first_page):
    settings.THEME = "neutral"
    asked: list[str] = []
    page = first_page
    page.on("request", lambda request: asked.append(request.url))

    page.goto(live_server.url + "/echantillon/", wait_until="networkidle")

    assert page.locator(".fr-logo").count() == 0
    assert "République Française" not in page.inner_text("header") + page.inner_text("footer")
    assert not [url for url in asked if "Marianne" in url or "favicon/" in url]


@pytest.mark.parametrize("theme", ["state", "neutral"])
def test_first_view_is_light_and_the_next_much_lighter(live_server, settings, first_page, theme):
    """Sizes as the production server sends them: whatever packs is packed by brotli, fonts are packed already."""
    settings.THEME = theme
    received: list[Response] = []

    def keep(response: Response) -> None:
        received.append(response)

    page = first_page
    page.on("response", keep)

    page.goto(live_server.url + "/", wait_until="networkidle")
    first = sum(packed_size(response) for response in received)
    known = {response.url for response in received}
    received.clear()
    page.goto(live_server.url + "/aide/", wait_until="networkidle")
    following = sum(packed_size(response) for response in received if response.url not in known)

    assert 20_000 < first < FIRST_VIEW_BYTES
    assert 2_000 < following < NEXT_VIEW_BYTES


def packed_size(response: Response) -> int:
    headers = sum(len(name) + len(value) + 4 for name, value in response.headers.items())
    kind = response.headers.get("content-type", "")
    body = response.body()
    return headers + (len(brotli.compress(body, quality=9)) if kind.startswith(PACKED) else len(body))


def test_keyboard_reaches_the_content_first(live_server, page):
    page.goto(live_server.url + "/aide/")

    page.keyboard.press("Tab")
    first = page.locator(":focus")
    expect(first).to_have_text("Contenu")
    expect(first).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    inside = page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert inside


def test_phone_menu_opens_and_closes_by_keyboard(live_server, phone):
    phone.goto(live_server.url + "/aide/")
    menu = phone.locator("#header-menu")
    expect(menu).to_be_hidden()

    phone.locator("#header-menu-button").press("Enter")

    expect(menu).to_be_visible()
    expect(menu.get_by_role("link", name="Se connecter")).to_be_visible()
    assert [str(found) for found in audit(phone)] == []
    phone.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_appearance_follows_the_device_then_the_persons_choice(live_server, browser):
    visit = new_visit(browser, color_scheme="dark")
    page = visit.new_page()
    page.goto(live_server.url + "/aide/")
    expect(page.locator("html")).to_have_attribute("data-fr-theme", "dark")

    page.get_by_role("button", name="Paramètres d'affichage").click()
    page.get_by_text("Claire", exact=True).click()
    page.goto(live_server.url + "/accessibilite/")

    expect(page.locator("html")).to_have_attribute("data-fr-theme", "light")
    visit.close()


def test_page_without_script_hides_nothing(live_server, browser):
    visit = new_visit(browser, viewport=PHONE, java_script_enabled=False)
    page = visit.new_page()

    page.goto(live_server.url + "/aide/")

    expect(page.get_by_role("navigation", name="Menu principal")).to_be_visible()
    expect(page.get_by_role("link", name="Se connecter")).to_be_visible()
    expect(page.get_by_text("Les droits d'une année sont crédités")).to_be_visible()
    expect(page.get_by_role("button", name="Paramètres d'affichage")).to_be_hidden()
    visit.close()


def test_error_summary_leads_to_the_field(live_server, page):
    page.goto(live_server.url + "/echantillon/")
    page.eval_on_selector("#sample", "form => { form.noValidate = true; }")
    page.click("#sample button[type=submit]")

    page.click("#form-problems a >> nth=0")

    expect(page.locator("#id_name")).to_be_focused()
    assert page.title().startswith("Erreur : ")
    assert [str(found) for found in audit(page)] == []


def fill_sample(page: Page) -> None:
    page.fill("#id_name", "Dupont-Örsted")
    page.fill("#id_secret", "ne doit pas rester")
    page.fill("#id_story", "Devenir soudeuse")
    page.get_by_text("Autre chose").click()
    page.get_by_text("Mardi").click()
    page.select_option("#id_place", "2B033")
    page.get_by_text("J'ai lu ce qui précède").click()


def test_form_sent_without_network_keeps_what_was_typed(live_server, page):
    page.goto(live_server.url + "/echantillon/")
    fill_sample(page)

    page.context.set_offline(True)
    page.click("#sample button[type=submit]")
    expect(page.get_by_text("Vous n'êtes plus connecté à internet.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("La connexion est revenue")).to_be_visible()
    page.reload()

    expect(page.get_by_text("nous l'avons remis dans le formulaire")).to_be_visible()
    expect(page.locator("#id_name")).to_have_value("Dupont-Örsted")
    expect(page.locator("#id_story")).to_have_value("Devenir soudeuse")
    expect(page.locator("#id_reason_1")).to_be_checked()
    expect(page.locator("#id_days_1")).to_be_checked()
    expect(page.locator("#id_place")).to_have_value("2B033")
    expect(page.locator("#id_secret")).to_have_value("")
    assert "ne doit pas rester" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_form_lost_on_the_way_is_put_back(live_server, page):
    """The browser believes that it is connected, and the request never arrives."""
    page.goto(live_server.url + "/echantillon/")
    fill_sample(page)
    page.route("**/echantillon/", lambda route: route.abort("connectionreset"))
    page.click("#sample button[type=submit]")
    page.unroute("**/echantillon/")

    page.goto(live_server.url + "/echantillon/")

    expect(page.locator("#id_name")).to_have_value("Dupont-Örsted")


def test_form_taken_by_the_server_is_forgotten(live_server, page):
    page.goto(live_server.url + "/echantillon/")
    fill_sample(page)

    page.click("#sample button[type=submit]")
    expect(page.get_by_role("heading", name="Reçu")).to_be_visible()
    page.goto(live_server.url + "/echantillon/")

    expect(page.locator("#id_name")).to_have_value("")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('draft:')).length") == 0


def test_form_in_progress_is_forgotten_at_sign_out(live_server, page):
    holder = HolderFactory()
    sign_in(page, live_server.url, holder.user.email, PASSWORD)
    page.goto(live_server.url + "/echantillon/")
    page.fill("#id_name", "Dupont-Örsted")

    page.locator("header form button").first.click()
    expect(page.get_by_role("link", name="Se connecter").first).to_be_visible()

    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('draft:')).length") == 0


def test_print_leaves_out_the_menus_and_unfolds_the_answers(live_server, first_page):
    page = first_page
    page.goto(live_server.url + "/aide/")

    page.emulate_media(media="print")

    expect(page.get_by_role("navigation", name="Menu principal")).to_be_hidden()
    expect(page.get_by_text("Les droits d'une année sont crédités")).to_be_visible()


def test_page_holds_at_twice_the_size_and_with_wide_spacing(live_server, browser):
    """WCAG 1.4.4 and 1.4.12: a window half as wide is a zoom of 200 %."""
    visit = new_visit(browser, viewport={"width": 640, "height": 450})
    page = visit.new_page()
    page.goto(live_server.url + "/echantillon/")

    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
                   sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
                                          word-spacing: .16em !important; }`);
                   document.adoptedStyleSheets = [sheet]; }"""
    )

    assert not scrolls_sideways(page)
    visit.close()
