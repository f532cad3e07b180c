import contextlib
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agora_sync import demo
from agora_sync.models import (
    PAGM,
    ContractOpening,
    MappingApproval,
    PAGMAssignment,
    PAGMRight,
    Partner,
    PartnerApplication,
    PartnerCertificate,
    PartnerContact,
)
from agora_sync.services.demo_partners import register_demo_partners
from tests.support import databases
from tests.support.agora import OTHER_PARTNER, Caller
from tests.support.agora_listener import AgoraSide, Listener, on_database, running_listener
from tests.support.snapshots import Snapshot


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What calls the listener goes to one worker: a second one would start a listener of its own."""
    for item in items:
        if "running" in getattr(item, "fixturenames", ()):
            assert any(mark.args == ("agora_listener",) for mark in item.iter_markers("xdist_group")), (
                item.nodeid
            )


@pytest.fixture(autouse=True)
def agora_settings(settings: object, pki: Path) -> object:
    """Both ends as the demonstration has them: the role is that of each process."""
    values = {
        "AGORA_ROLE": "provider",
        "AGORA_ENVIRONMENT": demo.ENVIRONMENT,
        "AGORA_RECIPIENT": demo.RECIPIENT,
        "AGORA_AUDIENCE": demo.AUDIENCE,
        "AGORA_ISSUER": demo.PORTAL.issuer,
        "AGORA_APPLICATION": demo.PORTAL.application,
        "AGORA_NAME_ID": demo.PORTAL.name_id,
        "AGORA_PAGM": list(demo.PORTAL.pagms),
        "AGORA_TRUSTED_CA": str(pki / "ca.pem"),
        "AGORA_CRL": str(pki / "crl.pem"),
        "AGORA_TLS_CERTIFICATE": str(pki / "portal-tls.pem"),
        "AGORA_TLS_KEY": str(pki / "portal-tls.key"),
        "AGORA_VI_CERTIFICATE": str(pki / "portal-vi.pem"),
        "AGORA_VI_KEY": str(pki / "portal-vi.key"),
        "AGORA_CLIENT_CERTIFICATE_FROM": "socket",
        "AGORA_MAINTENANCE_WINDOWS": [],
    }
    for name, value in values.items():
        setattr(settings, name, value)
    return settings


@pytest.fixture(scope="session")
def registered() -> Snapshot:
    return Snapshot(
        Partner,
        PartnerApplication,
        PartnerCertificate,
        PartnerContact,
        ContractOpening,
        PAGM,
        PAGMRight,
        PAGMAssignment,
        MappingApproval,
    )


@pytest.fixture
def partners(db: None, pki: Path, registered: Snapshot) -> dict[str, Partner]:
    """The demonstration's partners, their profiles approved long ago."""
    registered.put_back(lambda: register_demo_partners(pki_dir=pki, now=dt.datetime.now(dt.UTC)))
    return {partner.code: partner for partner in Partner.objects.all()}


@pytest.fixture
def caller(pki: Path, partners: dict[str, Partner]) -> Caller:
    """The demonstration's first partner, registered."""
    return Caller(pki)


@pytest.fixture
def other_caller(pki: Path, partners: dict[str, Partner]) -> Caller:
    return Caller(pki, OTHER_PARTNER)


@pytest.fixture(scope="session")
def provider_database(django_db_setup: None, worker_id: str) -> Iterator[str]:
    """AGORA's own database: the two ends are two systems, and a file is never its own counterpart."""
    with databases.worker_database(f"agora_{worker_id}") as name:
        yield name


@pytest.fixture(scope="session")
def running(provider_database: str, pki: Path, django_db_blocker: Any) -> Iterator[Listener]:
    """One real listener for the session, its demo partners registered.

    Its database is not emptied between tests: each test has its own people, and asks about them alone.
    """
    with django_db_blocker.unblock(), on_database(provider_database):
        register_demo_partners(pki_dir=pki, now=dt.datetime.now(dt.UTC))
    with running_listener(pki, database=provider_database) as listener:
        yield listener


@pytest.fixture
def listener(running: Listener, agora_settings: Any) -> Listener:
    """The listener, called by our settings."""
    agora_settings.AGORA_ENDPOINT_URL = running.url
    return running


@pytest.fixture
def agora_side(running: Listener, django_db_blocker: Any) -> AgoraSide:
    """`with agora_side():` reads and writes AGORA's database, not the portal's. Not inside a transaction."""

    @contextlib.contextmanager
    def inside() -> Iterator[None]:
        with django_db_blocker.unblock(), on_database(running.database):
            yield

    return inside
