"""A case of fraud or audit and the people around it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import User
from agora_sync.enums import CaseKind
from agora_sync.models import Exchange, Trace, TraceCase
from agora_sync.provider.exchange import handle_call
from agora_sync.services.cases import open_case
from tests.support.agora import Caller, create_request, list_request
from tests.support.factories.accounts import HolderFactory, StaffScopeFactory, UserFactory


def staff(role: StaffRole) -> User:
    return StaffScopeFactory(user=UserFactory(is_staff=True), role=role).user


@pytest.fixture(autouse=True)
def without_second_factor(settings: Any) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def rssi() -> User:
    return staff(StaffRole.RSSI)


@pytest.fixture
def cdc() -> User:
    return staff(StaffRole.CDC)


Make = Callable[..., TraceCase]


@pytest.fixture
def make_case(cdc: User) -> Make:
    def make(*keys: str, **changes: Any) -> TraceCase:
        given: dict[str, Any] = {
            "user": cdc,
            "reference": f"AFF-{uuid4().hex[:8]}",
            "kind": CaseKind.AUDIT,
            "reason": "Contrôle annuel des accès",
            "requester": "Anne Martin, auditrice",
            "designation": "Lettre du RSSI du 2 novembre 2026",
            "requested_on": timezone.localdate(),
            "keys": keys or (str(uuid4()),),
            **changes,
        }
        return open_case(**given)

    return make


@pytest.fixture
def exchanged(caller: Caller) -> Exchange:
    """One exchange, answered and traced, about a person."""
    holder = HolderFactory(birth_name="Rossi-Fontaine")
    handle_call(caller.call(create_request(holder, title="Soudage à l’arc")))
    handle_call(caller.call(list_request(holder)))
    return Exchange.objects.get(operation="ConsulterDossiers")


def vector_of(exchange: Exchange) -> str:
    return Trace.objects.exclude(vector_id="").get(exchange_id=exchange.pk).vector_id
