"""What templates must not forget, whatever the page."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
INCLUDED_ALONE = re.compile(r'{% include "([^"]+)"([^%]*) only %}')


def test_form_in_an_isolated_include_is_given_the_token_that_its_post_needs():
    """Without it the form shows, and every browser is refused; the client of the tests asks for no token."""
    found = [
        (path.relative_to(TEMPLATES), name, "csrf_token=csrf_token" in values)
        for path in TEMPLATES.rglob("*.html")
        for name, values in INCLUDED_ALONE.findall(path.read_text(encoding="utf-8"))
        if "{% csrf_token %}" in (TEMPLATES / name).read_text(encoding="utf-8")
    ]

    assert found
    assert [(str(path), name) for path, name, is_given in found if not is_given] == []
