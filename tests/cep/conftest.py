from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from catalog.enums import Zone
from catalog.models import Commune, Department, Region
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import NOW


@pytest.fixture
def corsica(db):
    """Ajaccio and Bastia, where the factories put homes, workplaces and sites."""
    region = Region.objects.create(code="94", name="Corse", search_name="corse", zone=Zone.METROPOLITAN)
    for code, name, commune, town, postal_code, latitude, longitude in (
        ("2A", "Corse-du-Sud", "2A004", "Ajaccio", "20000", 41.9192, 8.7386),
        ("2B", "Haute-Corse", "2B033", "Bastia", "20200", 42.6976, 9.4498),
    ):
        department = Department.objects.create(
            code=code, name=name, search_name=name.lower().replace("-", " "), region=region
        )
        Commune.objects.create(
            code=commune,
            name=town,
            search_name=town.lower(),
            department=department,
            postal_codes=[postal_code],
            population=50_000,
            latitude=latitude,
            longitude=longitude,
        )


@pytest.fixture
def noon_on_friday():
    """The instant at which the factories stand: sessions and services agree on it."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def travel_to():
    """Stand at « 2026-11-23 10:30 », Paris time, for the rest of the test."""
    travels = []

    def go(local: str) -> datetime:
        moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Paris"))
        travel = time_machine.travel(moment, tick=False)
        travel.start()
        travels.append(travel)
        return moment

    yield go
    for travel in reversed(travels):
        travel.stop()


@pytest.fixture
def holder(corsica, noon_on_friday):
    """Lives in Ajaccio, works in Bastia."""
    return HolderFactory()


@pytest.fixture
def holder_client(holder):
    client = Client()
    client.force_login(holder.user)
    return client
