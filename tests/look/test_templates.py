"""What every template of the house owes, whichever room wrote it."""

import re
from pathlib import Path

import dsfr
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template

TEMPLATES = settings.BASE_DIR / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())
# Mail programs load no file: their messages carry their style, and no security policy applies to them.
PAGES = [name for name in NAMES if name.endswith(".html") and "email" not in Path(name).parent.as_posix()]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
ICON = re.compile(r"\bfr-icon-([a-z0-9-]+?)(?=[\s\"'])")
SHEET_ICON = re.compile(r"\.fr-icon-([a-z0-9-]+)::before")
LINKED = re.compile(r"{% static ['\"]([^'\"]+)['\"]")


# Each rule is one test over all the templates: hundreds of tests of one line would take longer to begin than to run.


def faults(rule, names=PAGES):
    """What the rule finds wrong in the source of each template, by name; templates without a fault are left out."""
    found = {name: rule((TEMPLATES / name).read_text()) for name in names}
    return {name: wrong for name, wrong in found.items() if wrong}


def test_there_are_templates_of_pages_and_of_messages():
    assert len(NAMES) > len(PAGES) > 200


def test_every_template_compiles():
    broken = {}
    for name in NAMES:
        try:
            get_template(name)
        except (TemplateDoesNotExist, TemplateSyntaxError) as error:
            broken[name] = str(error)

    assert broken == {}


def test_no_template_has_inline_script_or_style():
    assert faults(INLINE.findall) == {}


def test_templates_use_only_icons_that_the_sheet_brings():
    brought = set(SHEET_ICON.findall((settings.BASE_DIR / "static/css/icons.css").read_text()))

    assert faults(lambda source: set(ICON.findall(source)) - brought) == {}


def test_trail_of_no_page_begins_with_home_twice():
    # The component writes « Accueil » itself.
    assert faults(re.compile(r'{% breadcrumb "Accueil"').findall) == {}


def test_no_template_has_a_video():
    assert faults(re.compile(r"<(video|audio|iframe|embed|object)\b").findall) == {}


def test_icons_of_the_sheet_are_drawings_that_the_dsfr_ships():
    sheet = (settings.BASE_DIR / "static/css/icons.css").read_text()
    drawings = Path(dsfr.__file__).parent / "static/dsfr/dist/icons"

    addresses = re.findall(r'url\("\.\./dsfr/dist/icons/([^"]+)"\)', sheet)

    assert addresses
    assert [address for address in addresses if not (drawings / address).is_file()] == []


def test_every_static_file_that_a_template_links_is_published():
    linked = {path for name in NAMES for path in LINKED.findall((TEMPLATES / name).read_text())}

    assert "dsfr/dist/dsfr.main.min.css" in linked
    assert [path for path in sorted(linked) if not finders.find(path)] == []


@pytest.mark.parametrize(
    "sheet", ["dsfr/dist/dsfr.main.min.css", "css/icons.css", "css/portal.css", "css/print.css"]
)
def test_every_address_in_a_sheet_is_published(sheet):
    """The manifest refuses a sheet that names a missing file; the browser would ask for it in vain."""
    folder = Path(sheet).parent
    source = Path(str(finders.find(sheet))).read_text()

    named = {
        address for address in re.findall(r"url\([\"']?([^\"')]+)", source) if not address.startswith("data:")
    }

    missing = [name for name in named if not finders.find(normalised(folder / name))]
    assert missing == []


def normalised(path: Path) -> str:
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def test_files_that_no_page_links_are_not_published():
    published = {path for finder in finders.get_finders() for path, _ in finder.list([])}

    assert "dsfr/dist/dsfr.module.min.js" in published
    assert not [path for path in published if path.endswith((".nomodule.min.js", ".legacy.min.css"))]
    assert not [path for path in published if path.startswith("rest_framework/")]
    assert finders.find("dsfr/dist/dsfr.nomodule.min.js") is None
