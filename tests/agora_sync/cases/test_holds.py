"""A hold on traces in the back office: placed and lifted by the RSSI, under their own name."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from agora_sync.enums import HoldKind
from agora_sync.models import TraceHold

pytestmark = pytest.mark.django_db


def test_hold_is_placed_then_lifted_under_the_name_of_the_rssi_and_stays_as_it_was(
    client: Client, rssi: User
) -> None:
    client.force_login(rssi)
    given = {"kind": "incident", "reason": "Intrusion", "first_day": "2026-01-02", "last_day": "2026-01-03"}

    client.post("/admin/agora_sync/tracehold/add/", given)
    hold = TraceHold.objects.get()
    lifting = {"lifted_at_0": timezone.localdate().isoformat(), "lifted_at_1": "00:00:00", "reason": "Autre"}
    page = client.post(f"/admin/agora_sync/tracehold/{hold.pk}/change/", lifting)

    assert page.status_code == 302
    hold.refresh_from_db()
    assert (hold.kind, hold.reason, hold.placed_by) == (HoldKind.INCIDENT, "Intrusion", rssi)
    assert (hold.lifted_by, hold.lifted_at is not None) == (rssi, True)
