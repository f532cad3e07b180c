"""One portal for all journeys, stopped after the last: its workers never rest. Each journey is a new visit."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser import PHONE, new_visit, sign_in
from tests.support.databases import owner_url, running_url, worker_database
from tests.support.portal import PASSWORD, Portal, running_portal
from tests.support.portal_sessions import sessions_like
from tests.support.saml_idp import running_provider

NAME = settings.SESSION_COOKIE_NAME


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys go to one worker: a second one would start a portal of its own."""
    for item in items:
        if "/e2e/" in str(item.path):
            assert any(mark.args == ("e2e",) for mark in item.iter_markers("xdist_group")), item.nodeid
            # The first one pays for the start of the portal, beside a worker that keeps the other core busy.
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="package")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of an organisation's identity provider, which runs beside the portal on a site of another name."""
    with running_provider(tmp_path_factory.mktemp("organisation"), "localhost") as folder:
        yield folder


@pytest.fixture(scope="package")
def databases_given() -> Iterator[dict[str, str]]:
    """What names two migrated databases to a portal: making its own server and both schemas takes half a minute."""
    with worker_database("portal") as ours, worker_database("agora") as theirs:
        yield {
            "DATABASE_URL": running_url(ours),
            "DATABASE_OWNER_URL": owner_url(ours),
            "AGORA_DATABASE_URL": running_url(theirs),
            "AGORA_DATABASE_OWNER_URL": owner_url(theirs),
        }


@pytest.fixture(scope="package")
def portal(
    tmp_path_factory: pytest.TempPathFactory, organisation: Path, databases_given: dict[str, str]
) -> Iterator[Portal]:
    keys = {"SAML_SP_CERTIFICATE": str(organisation / "sp.pem"), "SAML_SP_KEY": str(organisation / "sp.key")}
    with running_portal(
        tmp_path_factory.mktemp("portal") / "data", given={**databases_given, **keys}
    ) as running:
        yield running


@pytest.fixture(scope="package")
def come_in(portal: Portal) -> Callable[[BrowserContext, str], Page]:
    """`come_in(visit, login)`: a page of somebody signed in. The first one through the form, then with sessions like
    theirs: what a password opens is the same every time, and hashing it takes longer than most pages.
    """
    sessions: dict[str, str] = {}

    def page_of(visit: BrowserContext, login: str) -> Page:
        page = visit.new_page()
        if not sessions:
            sign_in(page, portal.url, login, PASSWORD)
            sessions[login] = next(c["value"] for c in visit.cookies() if c["name"] == NAME)
        elif login not in sessions:
            [sessions[login]] = sessions_like(portal, next(iter(sessions.values())), [login])
        visit.add_cookies([{"name": NAME, "value": sessions[login], "url": portal.url}])
        return page

    return page_of


@pytest.fixture
def visit(browser: Browser) -> Iterator[BrowserContext]:
    """On a phone; what is looked at is looked at on a wide screen too."""
    context = new_visit(browser, viewport=PHONE)
    yield context
    context.close()


@pytest.fixture
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    context = new_visit(browser)
    yield context
    context.close()
