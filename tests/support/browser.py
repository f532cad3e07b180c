"""A real Chromium for the journeys: opening it, signing in, and asking axe what is wrong with a page.

The security policy of the portal forbids inline scripts: axe is evaluated from the driver, never added to the page.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

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
)
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 640}
APPEARANCES = ("light", "dark")
SERVICE = "Mon compte personnel d'activité"
# Without "experimental" five of the RGAA rules never run.
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "RGAAv4", "experimental", "best-practice")
CONTRASTS = ("color-contrast",)
# The header and the footer are those of every page.
BETWEEN_HEADER_AND_FOOTER = "body > :not(header, footer), body > :not(header, footer) *"
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
        browser = driver.chromium.launch(executable_path=program, args=flags)
        try:
            yield browser
        finally:
            browser.close()


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


def sign_in(page: Page, base_url: str, login: str, password: str) -> None:
    """Sign in through the page a person would use. Raises AssertionError when the portal refuses."""
    page.goto(f"{base_url}/connexion/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("main form button[type=submit]")
    assert "/connexion/" not in page.url, page.inner_text("main")


def audit(
    page: Page,
    *,
    appearances: tuple[str, ...] = APPEARANCES,
    contrasts: bool = True,
    frame: bool = False,
) -> list[Violation]:
    """Everything axe finds on the page as it stands, then what another appearance alone can spoil, its contrasts.

    `contrasts`: False leaves them out, half of the time, where another audit of the same page looks at them. `frame`:
    those of the header and footer too, which tests/look asks once for each kind of them. The appearance is put back
    after.
    """
    # What the pointer happens to stand on would be judged in its hover colours.
    page.mouse.move(-1, -1)
    page.evaluate(_axe_source())
    if not frame:
        narrowed = [{"id": rule, "selector": BETWEEN_HEADER_AND_FOOTER} for rule in CONTRASTS]
        page.evaluate("rules => axe.configure({rules})", narrowed)
    kept = page.evaluate("document.documentElement.getAttribute('data-fr-theme')")
    style = page.evaluate_handle(
        """css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);
                    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; return sheet; }""",
        PLAIN_STYLE,
    )
    first, *others = appearances
    found = _run_axe(page, first, {"type": "tag", "values": list(TAGS)}, but=() if contrasts else CONTRASTS)
    for appearance in others:
        found += _run_axe(page, appearance, {"type": "rule", "values": list(CONTRASTS)})
    page.evaluate("theme => document.documentElement.setAttribute('data-fr-theme', theme || 'light')", kept)
    page.evaluate(
        "sheet => { document.adoptedStyleSheets = document.adoptedStyleSheets.filter(one => one !== sheet); }",
        style,
    )
    return found


def scrolls_sideways(page: Page) -> bool:
    """True when the page is wider than its window: at 320 pixels nothing may be."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1")
    )


def look_at(
    page: Page, title: str = "", *, service: str = SERVICE, appearances: tuple[str, ...] = APPEARANCES
) -> None:
    """What every page owes: a title that ends with the service, one h1, no sideways scroll, nothing that axe finds.

    A phone shows the same markup with the same colours: they are looked at on the wide screen.
    """
    # A click answers once its navigation is committed: the page may still be on its way.
    page.wait_for_load_state()
    assert page.title().startswith(title), page.title()
    assert page.title().endswith(service), page.title()
    assert page.locator("h1").count() == 1, page.url
    assert not scrolls_sideways(page), page.url
    on_phone = page.viewport_size == PHONE
    found = audit(page, appearances=appearances[:1] if on_phone else appearances, contrasts=not on_phone)
    assert not found, f"{page.url}\n" + "\n".join(map(str, found))


def _run_axe(
    page: Page, appearance: str, rules: dict[str, object], but: tuple[str, ...] = ()
) -> list[Violation]:
    page.evaluate("theme => document.documentElement.setAttribute('data-fr-theme', theme)", appearance)
    options = {
        "runOnly": rules, "resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in but},
    }  # fmt: skip
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        Violation(
            rule=rule["id"],
            help=rule["help"],
            target=" ".join(map(str, node["target"])),
            html=node["html"],
            appearance=appearance,
        )
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


@cache
def _axe_source() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
