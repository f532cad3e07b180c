"""Several workers, many callers, the same instant. `CPA_RACES=100 bin/test tests/agora_sync/provider/test_races.py` for
the long form.
"""

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator

import pytest
import requests

from agora_sync import demo
from agora_sync.contract import Operation
from rights.models import TrainingFile
from tests.support.agora import OTHER_PARTNER, Caller, create_request, read_answer, read_fault
from tests.support.agora_listener import AgoraSide, Listener, running_listener
from tests.support.factories.accounts import HolderFactory
from tests.support.threads import run_together

pytestmark = pytest.mark.xdist_group("agora_listener")
RACES = int(os.environ.get("CPA_RACES", "10"))
REPLAYS = 50


@pytest.fixture(scope="module")
def two_workers(running: Listener) -> Iterator[Listener]:
    """A second listener on the same database, with two processes."""
    with running_listener(
        running.folder, database=running.database, AGORA_WORKERS="2", AGORA_THREADS="32",
        AGORA_MAX_CONCURRENT_CALLS="30",
    ) as listener:  # fmt: skip
        yield listener


def test_one_vector_sent_fifty_times_at_once_to_two_workers_is_accepted_once(
    two_workers: Listener, agora_side: AgoraSide
) -> None:
    with agora_side():
        holder = HolderFactory()
        content = Caller(two_workers.folder).content(create_request(holder))
    codes: list[str] = []

    run_together([lambda: codes.append(outcome(post(two_workers, content, demo.PARTNERS[0].code)))] * REPLAYS)

    # A call may be told to come back (all places taken): it was not accepted either.
    assert Counter(codes)["200"] == 1
    assert set(codes) <= {"200", "vi:InvalidVI", "ag:Surcharge"}
    assert codes.count("vi:InvalidVI") > REPLAYS // 2
    with agora_side():
        assert TrainingFile.objects.filter(holder=holder).count() == 1


def test_two_partners_creating_one_file_at_once_make_one_and_one_is_told(
    two_workers: Listener, agora_side: AgoraSide
) -> None:
    first, second = Caller(two_workers.folder), Caller(two_workers.folder, OTHER_PARTNER)
    with agora_side():
        holder = HolderFactory()
    told = []
    for rank in range(RACES):
        day = dt.date(2031, 1, 1) + dt.timedelta(days=rank)
        dates = {"session_starts_on": day, "session_ends_on": day}
        pair: list[dict[str, str]] = []
        with agora_side():
            messages = [
                (caller, caller.content(create_request(holder, **dates))) for caller in (first, second)
            ]

        run_together(
            [
                lambda caller=caller, content=content, pair=pair: pair.append(
                    read_answer(post(two_workers, content, caller.partner.code).content)
                )
                for caller, content in messages
            ]
        )
        told.append(pair)

    for pair in told:
        assert sorted(answer["preexistant"] for answer in pair) == ["false", "true"]
        assert len({answer["numeroDossier"] for answer in pair}) == 1
    with agora_side():
        assert TrainingFile.objects.filter(holder=holder).count() == RACES


def outcome(response: requests.Response) -> str:
    fault = read_fault(response.content)
    return fault.name if fault else str(response.status_code)


def post(listener: Listener, content: bytes, partner: str) -> requests.Response:
    names = (listener.folder / f"{partner}-tls.pem", listener.folder / f"{partner}-tls.key")
    return requests.post(
        listener.url,
        data=content,
        headers={
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{Operation.CREATE_FILE.soap_action}"',
        },
        cert=tuple(str(name) for name in names),
        verify=str(listener.folder / "ca.pem"),
        timeout=60,
    )
