"""Real servers, one database per worker, cloned from a template that is migrated once.

Tests run as the running role, so that a missing privilege or a change to an append-only table fails here too.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from tests.support import databases
from tests.support.caches import forget_what_is_cached

pytest_plugins = ["tests.support.identity_provider"]

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


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


@pytest.fixture(autouse=True)
def own_cache() -> None:
    """Nothing cached by one test is seen by the next; the server itself is shared."""
    forget_what_is_cached()


@pytest.fixture(autouse=True)
def own_media(tmp_path_factory: pytest.TempPathFactory, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Reference data beside the project, where there is some: tests check against it, the product never reads it."""
    if not SHARED_DATA.exists():
        pytest.skip("no reference data beside the project (../shared/data)")
    return SHARED_DATA
