"""The audit that every page goes through finds what it is there for, however often the same styles were judged."""

import pytest
from playwright.sync_api import Page

from tests.support.browser import PHONE, audit, new_visit, show_on

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="fr"><head><title>Essai</title></head><body><main><h1>Essai</h1>
<p style="color: #161616">Un texte lisible</p>{}</main></body></html>"""


@pytest.fixture
def page(browser):
    visit = new_visit(browser)
    yield visit.new_page()
    visit.close()


def found_in(page: Page, markup: str) -> set[str]:
    page.set_content(PAGE.format(markup))
    return {violation.rule for violation in audit(page)}


def test_page_without_fault_is_not_accused(page):
    assert found_in(page, "") == set()


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ('<p style="color: #bbb">Un texte pâle</p>', "color-contrast"),
        ('<div style="background: #333"><p style="color: #161616">Un texte noyé</p></div>', "color-contrast"),
        ('<p style="color: #161616; opacity: .4">Un texte effacé</p>', "color-contrast"),
        ('<img src="data:,">', "image-alt"),
        ("<button></button>", "button-name"),
        ("<style>@media (orientation: portrait) { html { transform: rotate(90deg); } }</style>",
         "css-orientation-lock"),
    ],
)  # fmt: skip
def test_fault_is_found_each_time_it_is_met(page, markup, rule):
    assert rule in found_in(page, markup)
    assert found_in(page, "") == set()
    assert rule in found_in(page, markup)


def test_fault_of_one_appearance_alone_is_found(page):
    pale = "<style>[data-fr-theme=dark] h1 { color: #bbb }</style>"

    page.set_content(PAGE.format(pale))

    assert {(violation.rule, violation.appearance) for violation in audit(page)} == {
        ("color-contrast", "dark")
    }


SOUND_HEADER = '<a href="/">Accueil</a>'


def found_under(page: Page, header: str, markup: str = "") -> set[str]:
    """On a page whose styles have an address, so that its header can be known again."""
    sheet = '<link rel="stylesheet" href="data:text/css,p%7B%7D">'
    page.set_content(PAGE.format(markup).replace("<body>", f"{sheet}<body><header>{header}</header>"))
    return {violation.rule for violation in audit(page)}


def test_fault_of_a_header_is_found_each_time_it_is_met(page):
    for _ in range(2):
        assert found_under(page, SOUND_HEADER) == set()
        assert found_under(page, "<button></button>") == {"button-name"}


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ("<button></button>", "button-name"),
        ('<div role="banner">Second</div>', "landmark-no-duplicate-banner"),
        ("<main>Second</main>", "landmark-no-duplicate-main"),
    ],
)
def test_fault_of_a_page_is_found_under_a_header_judged_before(page, markup, rule):
    assert found_under(page, SOUND_HEADER) == set()

    assert rule in found_under(page, SOUND_HEADER, markup)


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="narrow"><button></button></div>',
        '<button id="menu">Menu</button>'
        "<script>addEventListener('resize', () => document.getElementById('menu').setAttribute('role', 'imge'))"
        "</script>",
        '<div style="overflow: auto; height: 60px"><p>Court</p><p class="narrow" style="height: 900px">Long</p></div>',
    ],
)
def test_fault_of_a_narrow_screen_alone_is_found(page, markup):
    page.set_content(PAGE.format(f"<style>.narrow {{ display: none }} @media (max-width: 400px) {{ .narrow {{ "
                                 f"display: block }} }}</style>{markup}"))  # fmt: skip
    wide = audit(page)

    show_on(page, PHONE)

    assert wide == []
    assert audit(page, only_what_changed=True) != []
    assert audit(page) != []
