"""Real servers, one database per worker, cloned from a template that is migrated once.

Tests run as the running role, so that a missing privilege or a change to an append-only table fails here too.
"""

import datetime as dt
import gc
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandlerMixin
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.test import Client, TestCase, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.support import databases
from tests.support.caches import forget_what_is_cached
from tests.support.nir_hunt import HUNT
from tests.support.sign_in import force_login

# A busy machine is no fault of what is tested: neither how long an example takes nor how long it took to draw.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")

pytest_plugins = ["tests.support.identity_provider"]

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


NIRS_FOUND = pytest.StashKey[list[str]]()
TESTS_BETWEEN_CLEARINGS = 20
LONG_FILES = {"test_matrix.py", "test_connector.py"}


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NIRS_FOUND] = []
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Each new test client would look through the collected files again: half of what most tests took.
    settings.STATIC_ROOT = None
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, Path(axe_playwright_python.__file__).parent]
    Client.force_login = force_login  # type: ignore[method-assign]
    TestCase._should_check_constraints = may_check_constraints  # type: ignore[method-assign]
    StaticFilesHandlerMixin.serve = served_for_good(StaticFilesHandlerMixin.serve)  # type: ignore[method-assign]


def may_check_constraints(case: TestCase, connection: BaseDatabaseWrapper) -> bool:
    """As Django's own, which asks the server of each test's connection whether it is there."""
    held = connection.connection
    return not (connection.needs_rollback or held is None or held.closed)


def served_for_good(serve: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Chromium keeps a static file, as WhiteNoise lets it: asking again for each was a tenth of a browser's work.

    Ten years: on pages of a frozen clock, the file comes from the past.
    """

    def serve_for_good(handler: StaticFilesHandlerMixin, request: HttpRequest) -> HttpResponse:
        response = serve(handler, request)
        response["Cache-Control"] = "max-age=315360000, immutable"
        return response

    return serve_for_good


def pytest_collection_finish() -> None:
    """What is imported and collected stays for good: the collector of cycles need not walk through it for each test."""
    gc.freeze()
    gc.set_threshold(50_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journeys first, beside what needs no database while theirs is made; then the longest, so that no worker is
    left alone with them at the end.
    """
    with_database = {item.path for item in items if needs_database(item)}
    items.sort(key=lambda item: rank_of(item, with_database))


def needs_database(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return "django_db_setup" in fixtures or item.get_closest_marker("django_db") is not None


def rank_of(item: pytest.Item, with_database: set[Path]) -> int:
    if "/e2e/" in str(item.path):
        return 0
    if item.path not in with_database:
        return 1
    return 2 if item.path.name in LONG_FILES or item.get_closest_marker("browser") else 3


tests_on_the_database = count(1)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    yield
    if nextitem is None:  # The database went with the last test.
        return
    if needs_database(item) and next(tests_on_the_database) % TESTS_BETWEEN_CLEARINGS == 0:
        databases.clear_away_what_was_rolled_back()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.support.scheduling import WholeFiles  # xdist is absent from a run without workers.

    config.option.loadscopereorder = False
    return WholeFiles(config, log)


@pytest.fixture(scope="session", autouse=True)
def nir_hunt(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[None]:
    """What the run writes is kept, and searched once its tests are over (tests/support/nir_hunt.py)."""
    folder = tmp_path_factory.getbasetemp()
    data = os.environ.get("CPA_DATA")
    HUNT.begin(folder / "written.log", Path(data) if data else None)
    yield
    found = HUNT.findings(settings.CACHES["default"]["LOCATION"], folder)
    pytestconfig.stash[NIRS_FOUND].extend(found)
    if hasattr(pytestconfig, "workeroutput"):
        pytestconfig.workeroutput["nirs_found"] = found


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of the run tells what it found."""
    node.config.stash[NIRS_FOUND].extend(getattr(node, "workeroutput", {}).get("nirs_found", []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    gc.freeze()  # pytest collects five times more before it leaves.
    if session.config.stash[NIRS_FOUND]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for finding in config.stash[NIRS_FOUND]:
        terminalreporter.write_line(f"NIR FOUND: {finding}", red=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object, worker_id: str) -> Iterator[None]:
    with databases.worker_database(worker_id) as name:
        connection = connections["default"]
        connection.close()
        connection.settings_dict["NAME"] = name
        TransactionTestCase._fixture_teardown = databases.empty_as_owner  # type: ignore[method-assign]
        yield
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            connections.close_all()


@pytest.fixture(scope="session")
def browser(django_db_setup: None, django_db_blocker: object) -> Iterator[Any]:
    """One Chromium for all that a worker looks at, closed before the database that its last connections use."""
    from tests.support.browser import new_browser  # Most runs of a few tests need none.

    with new_browser() as opened:
        yield opened
        # Django keeps other connections for as long as the driver's event loop runs in this thread.
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            connections.close_all()


@pytest.fixture
def page(browser: Any, live_server: Any) -> Iterator[Any]:
    """Of a new visitor, on a phone, where there is least room; what is looked at is looked at on a wide screen too."""
    from tests.support.browser import PHONE, visiting

    with visiting(browser, viewport=PHONE, base_url=live_server.url) as page:
        yield page


@pytest.fixture(autouse=True)
def own_cache() -> None:
    """Nothing cached by one test is seen by the next; the server itself is shared."""
    forget_what_is_cached()


@pytest.fixture(scope="session", autouse=True)
def own_media(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The development authority's files, made once: keys take the time."""
    from agora_sync.pki.development import issue_files

    folder = tmp_path_factory.mktemp("pki")
    issue_files(folder, now=dt.datetime.now(dt.UTC), partners={})
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Reference data beside the project, where there is some: tests check against it, the product never reads it."""
    if not SHARED_DATA.exists():
        pytest.skip("no reference data beside the project (../shared/data)")
    return SHARED_DATA
