"""Step 3: windows by the clock of Paris, stops by people, too many calls at once."""

import datetime as dt

import pytest
from django.db import connections

from agora_sync.faults import SOAPRefusal
from agora_sync.models import Partner, ServiceStop
from agora_sync.provider.exchange import handle_call
from agora_sync.provider.opening import place_in_hand, require_open, seconds_left_in_window
from cpa_portal.settings.environment import SUNDAY_WINDOW, MaintenanceWindow
from tests.agora_sync.provider.conftest import Refused
from tests.support.agora import Caller, create_request, list_request, read_fault
from tests.support.databases import as_owner
from tests.support.factories.accounts import HolderFactory


@pytest.mark.parametrize(
    ("utc", "seconds"),
    [
        # In summer Paris is two hours ahead, in winter one.
        ("2026-07-05T19:59:59", None),
        ("2026-07-05T20:00:00", 3600),
        ("2026-07-05T20:59:59", 1),
        ("2026-07-05T21:00:00", None),
        ("2026-11-15T20:59:59", None),
        ("2026-11-15T21:00:00", 3600),
        ("2026-11-15T21:59:59", 1),
        ("2026-11-15T22:00:00", None),
        # The nights when the clock changes, and another day of the week.
        ("2026-03-29T20:30:00", 1800),
        ("2026-10-25T21:30:00", 1800),
        ("2026-11-16T21:30:00", None),
    ],
)
def test_sunday_window_follows_the_clock_of_paris(utc: str, seconds: int | None) -> None:
    at = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)

    assert seconds_left_in_window([SUNDAY_WINDOW], at) == seconds


def test_window_that_is_not_in_force_yet_closes_nothing() -> None:
    later = MaintenanceWindow(
        weekday=6,
        start=dt.time(22),
        end=dt.time(23),
        source="avenant",
        from_day=dt.date(2027, 1, 1),
        until_day=dt.date(2027, 12, 31),
    )

    assert seconds_left_in_window([later], dt.datetime(2026, 11, 15, 21, 30, tzinfo=dt.UTC)) is None
    assert seconds_left_in_window([later], dt.datetime(2027, 6, 6, 20, 30, tzinfo=dt.UTC)) is not None
    assert seconds_left_in_window([later], dt.datetime(2028, 6, 4, 20, 30, tzinfo=dt.UTC)) is None


@pytest.mark.django_db
def test_call_inside_the_window_is_told_when_to_come_back(
    caller: Caller, refused: Refused, settings: object
) -> None:
    every_hour = [
        MaintenanceWindow(weekday=day, start=dt.time(0), end=dt.time(23, 59, 59), source="essai")
        for day in range(7)
    ]
    settings.AGORA_MAINTENANCE_WINDOWS = every_hour  # type: ignore[attr-defined]
    call = caller.call(create_request(HolderFactory()))

    assert refused(call).name == "ag:ServiceInterrompu"
    answer = handle_call(call)
    assert answer.status == 503
    assert answer.retry_after_seconds
    assert answer.retry_after_seconds > 0


@pytest.mark.django_db
def test_window_is_told_even_without_a_certificate(caller: Caller, settings: object) -> None:
    ServiceStop.objects.create(reason="essai")

    answer = handle_call(caller.call(create_request(HolderFactory()), client_certificate=None))

    assert answer.status == 503


@pytest.mark.django_db
def test_stop_decided_by_people_closes_until_people_lift_it(caller: Caller, refused: Refused) -> None:
    holder = HolderFactory()
    stop = ServiceStop.objects.create(reason="incident")
    assert refused(caller.call(list_request(holder))).name == "ag:ServiceInterrompu"

    ServiceStop.objects.filter(pk=stop.pk).update(lifted_at=dt.datetime.now(dt.UTC))

    assert handle_call(caller.call(list_request(holder))).status == 200


@pytest.mark.django_db
def test_too_many_calls_at_once_are_told_to_come_back(
    caller: Caller, refused: Refused, settings: object
) -> None:
    settings.AGORA_MAX_CONCURRENT_CALLS = 1  # type: ignore[attr-defined]
    call = caller.call(list_request(HolderFactory()))

    with place_in_hand():
        assert refused(call).name == "ag:Surcharge"

    assert handle_call(call).status == 200


@pytest.mark.django_db
def test_open_service_lets_in(settings: object) -> None:
    require_open(at=dt.datetime(2026, 11, 15, 12, tzinfo=dt.UTC), is_stopped=False)


@pytest.mark.django_db
def test_refusal_of_the_window_lasts_until_its_end(settings: object) -> None:
    settings.AGORA_MAINTENANCE_WINDOWS = [SUNDAY_WINDOW]  # type: ignore[attr-defined]

    with pytest.raises(SOAPRefusal) as refusal:
        require_open(at=dt.datetime(2026, 7, 5, 20, 45, tzinfo=dt.UTC), is_stopped=False)

    assert refusal.value.retry_after_seconds == 900


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("decided", ["a stop", "a cut-off"])
def test_repaired_traces_do_not_reopen_what_people_closed(
    caller: Caller, refused: Refused, decided: str
) -> None:
    """An outage of the traces ends by itself; a decision, such as the one a broken chain takes, does not."""
    if decided == "a stop":
        ServiceStop.objects.create(reason="Chaîne des traces rompue")
    else:
        Partner.objects.filter(code="partner").update(cut_off_at=dt.datetime.now(dt.UTC))
    role = connections["default"].settings_dict["USER"]
    request = create_request(HolderFactory())
    with as_owner(
        f"REVOKE INSERT ON agora_sync_trace FROM {role}",
        undone_by=f"GRANT INSERT ON agora_sync_trace TO {role}",
    ):
        # Without traces there is no line in the exchange log either.
        closed = read_fault(handle_call(caller.call(request)).content)

    assert closed is not None
    assert closed.name == "ag:TracesIndisponibles"
    assert refused(caller.call(request)).name == "ag:ServiceInterrompu"
