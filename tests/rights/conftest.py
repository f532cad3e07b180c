from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import new_browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with new_browser() as opened:
        yield opened
