"""A real Chromium for the journeys: opening it, signing in, and asking axe what is wrong with a page.

The security policy of the portal forbids inline scripts: axe is evaluated from the driver, never added to the page.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import axe_playwright_python
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from house import browsers

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Each page is read once: compiling its scripts to the best code takes longer than running them.
    "--js-flags=--no-opt --no-maglev",
)
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - Chromium's own place for it
ROOM_FOR_PAGES = 1 << 30
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
APPEARANCES = ("light", "dark")
SERVICE = "Mon compte personnel d'activité"
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
# Without "experimental" five of the RGAA rules never run.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "RGAAv4", "experimental", "best-practice")
# The DSFR underlines links with gradients, before which axe gives up on contrast: they are taken away for the audit.
PLAIN_STYLE = "*, *::before, *::after { background-image: none !important; transition: none !important; }"


class NoBrowser(RuntimeError):
    """The one line a person without a browser reads."""


@dataclass(frozen=True)
class Violation:
    """One rule broken at one place."""

    rule: str
    help: str
    target: str
    html: str
    appearance: str

    def __str__(self) -> str:
        return f"[{self.appearance}] {self.rule}: {self.help} — {self.target} — {self.html[:160]}"


@contextlib.contextmanager
def new_browser() -> Iterator[Browser]:
    """A headless Chromium, closed on the way out. Raises NoBrowser, naming the package, where there is none."""
    program = browsers.installed()
    if program is None:
        raise NoBrowser(
            f"No Chromium: install the package `{browsers.LIGHTEST}` or `chromium` for these tests."
        )
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*FLAGS]
    # The driver keeps an event loop in this thread, before which Django refuses its own synchronous queries.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with _driver() as driver:
        browser = driver.chromium.launch(
            executable_path=program, args=flags, ignore_default_args=_unwanted_defaults()
        )
        try:
            yield browser
        finally:
            browser.close()


def _unwanted_defaults() -> list[str]:
    """The driver keeps Chromium from shared memory, small in containers: where there is room, files are slower."""
    has_room = SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ROOM_FOR_PAGES
    return ["--disable-dev-shm-usage"] if has_room else []


_drivers: list[Playwright] = []


@contextlib.contextmanager
def _driver() -> Iterator[Playwright]:
    """One driver per process: a second one would refuse to start inside the first one's loop."""
    if _drivers:
        yield _drivers[0]
        return
    with sync_playwright() as driver:
        _drivers.append(driver)
        try:
            yield driver
        finally:
            _drivers.clear()


def new_visit(browser: Browser, *, viewport: dict[str, int] | None = None, **options: Any) -> BrowserContext:
    """A visitor with no cookie, in French; DESKTOP unless told PHONE. `options` go to Playwright's new_context."""
    return browser.new_context(
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport=viewport or DESKTOP,  # type: ignore[arg-type]
        reduced_motion="reduce",
        **options,
    )


_kept: dict[tuple[tuple[str, Any], ...], Page] = {}


@contextlib.contextmanager
def visiting(browser: Browser, *, viewport: dict[str, int] | None = None, **options: Any) -> Iterator[Page]:
    """A new visitor of one site, in the page of the visitor before: no cookie, nothing stored, but a warm cache.

    A page of its own takes Chromium three times as long to show. For what listens to a page or looks at what it loads,
    there is `new_visit`.
    """
    key = tuple(sorted(options.items()))
    page = _kept.pop(key, None) or new_visit(browser, **options).new_page()
    show_on(page, viewport or DESKTOP)
    yield page
    page.unroute_all()
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    # What the page still asks for every few seconds ends here; another site would be shown by another process.
    page.goto(urljoin(page.url, "/static/img/emblem.svg"))
    _kept[key] = page


def sign_in_by_cookie(page: Page, user: Any, url: str) -> None:
    """Signed in already, on a server of this process at `url`."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": session.key, "value": session.value, "url": url}])


def sign_in(page: Page, base_url: str, login: str, password: str) -> None:
    """Sign in through the page a person would use. Raises AssertionError when the portal refuses."""
    page.goto(f"{base_url}/connexion/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("main form button[type=submit]")
    assert "/connexion/" not in page.url, page.inner_text("main")


def audit(page: Page, *, only_what_changed: bool = False) -> list[Violation]:
    """Everything axe finds on the page as it stands, in light and dark (audit.js).

    `only_what_changed`: since the audit before, of the same page on another screen.
    """
    if not only_what_changed:
        # What the pointer happens to stand on would be judged in its hover colours.
        page.mouse.move(-1, -1)
        _bring_axe(page)
    told = page.evaluate(
        AUDIT,
        {
            "tags": TAGS,
            "appearances": APPEARANCES,
            "plainStyle": PLAIN_STYLE,
            "styles": list(_judged_styles),
            "sheets": list(_judged_sheets),
            "pieces": list(_judged_pieces),
            "onlyWhatChanged": only_what_changed,
        },
    )
    _judged_styles.update(dict.fromkeys(told["styles"]))
    _judged_pieces.update(told["pieces"])
    if told["sheets"]:
        _judged_sheets.add(told["sheets"])
    return [Violation(**violation) for violation in told["violations"]]


# In this process, without fault: as keys, for their order is told to the page and back.
_judged_styles: dict[str, None] = {}
_judged_sheets: set[str] = set()
_judged_pieces: set[str] = set()
AUDIT_DEADLINE_MS = 60_000
# The inspector of Chromium 150 holds what it awaits weakly, and has lost an audit: the page holds it.
AUDIT = f"""options => window.auditing = Promise.race([
    ({(Path(__file__).parent / "audit.js").read_text().strip().removesuffix(";")})(options),
    new Promise((_, refuse) => setTimeout(refuse, {AUDIT_DEADLINE_MS}, new Error("axe has not finished"))),
])"""


def scrolls_sideways(page: Page) -> bool:
    """True when the page is wider than its window: at 320 pixels nothing may be."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    )


def _bring_axe(page: Page) -> None:
    """Served by this process (tests/conftest.py), Chromium keeps it compiled; to other sites it is sent each time."""
    site = urljoin(page.url, "/")
    address = urljoin(site, f"/static/{AXE.name}")
    if not page.evaluate(BRING_AXE, None if site in _without_axe else address):
        _without_axe.add(site)
        page.evaluate(AXE.read_text())


_without_axe: set[str] = set()
BRING_AXE = """async address => {
    if (!window.axe && address) {
        const script = document.createElement("script");
        script.src = address;
        await new Promise(tried => {
            script.onload = script.onerror = tried;
            document.head.append(script);
        });
        script.remove();
    }
    return Boolean(window.axe);
}"""


def look_at(page: Page, title: str = "", *, service: str = SERVICE) -> None:
    """What every page owes, on a wide screen and on a phone: a title that ends with the service, one h1, no sideways
    scroll, nothing that axe finds. The width is put back after.
    """
    # A click answers once its navigation is committed: the page may still be on its way.
    page.wait_for_load_state()
    shown, headings = page.evaluate("[document.title, document.querySelectorAll('h1').length]")
    assert shown.startswith(title), shown
    assert shown.endswith(service), shown
    assert headings == 1, page.url
    walked = page.viewport_size
    for screen in (DESKTOP, PHONE):
        show_on(page, screen)
        assert not scrolls_sideways(page), f"{page.url} at {screen}"
        found = audit(page, only_what_changed=screen is PHONE)
        assert not found, f"{page.url} at {screen}\n" + "\n".join(map(str, found))
    show_on(page, walked)


def show_on(page: Page, screen: Any) -> None:
    """Give the window another size, and the page the time to follow."""
    if page.viewport_size != screen:
        page.set_viewport_size(screen)
        page.evaluate(FOLLOWED, screen["width"])


FRAMES_TO_FOLLOW = 600
FOLLOWED = f"""async width => {{
    const nextFrame = () => new Promise(requestAnimationFrame);
    for (let frames = 0; window.innerWidth !== width; frames++) {{
        if (frames === {FRAMES_TO_FOLLOW}) throw new Error(`still ${{window.innerWidth}} pixels wide`);
        await nextFrame();
    }}
    await nextFrame();
    await nextFrame();
}}"""
