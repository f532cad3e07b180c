"""Every hostile message over real TLS: its fault, its traces, and nothing changed. The odd but honest ones pass."""

from uuid import UUID

import pytest
import requests

from agora_sync.contract import Operation
from agora_sync.enums import TraceKind
from agora_sync.models import FileContribution, FileDeclaration, Trace
from rights.models import JournalEvent, TrainingFile
from tests.support.agora import Caller, body_of, create_request, read_answer, read_fault
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.factories.accounts import HolderFactory
from tests.support.hostile_extremes import HARMLESS_EXTREMES, HOSTILE_EXTREMES
from tests.support.hostile_messages import HARMLESS, HOSTILE, Message, Row
from tests.support.hostile_variants import HARMLESS_VARIANTS, HOSTILE_VARIANTS

pytestmark = pytest.mark.xdist_group("agora_listener")
ALL_HOSTILE = [*HOSTILE, *HOSTILE_VARIANTS, *HOSTILE_EXTREMES]


def test_hostile_messages_get_their_fault_are_traced_and_change_nothing(
    listener: Listener, agora_side: AgoraSide, caller_of_files: Caller
) -> None:
    with agora_side():
        body = create_request(HolderFactory())
        before = effects()

    with session(listener) as channel:
        answers = {
            row.name: sent(channel, listener, row, caller_of_files, body_of(body)) for row in ALL_HOSTILE
        }

    faults = {name: read_fault(answer.content) for name, answer in answers.items()}
    got = {name: fault.name if fault else "answered" for name, fault in faults.items()}
    assert got == {row.name: row.code for row in ALL_HOSTILE}
    with agora_side():
        assert effects() == before
        for name, fault in faults.items():
            assert fault is not None
            kinds = Trace.objects.filter(exchange_id=UUID(fault.details[0]["idTrace"])).order_by("id")
            assert [trace.kind for trace in kinds] == [TraceKind.REQUEST_RECEIVED, TraceKind.ANSWER_SENT], (
                name
            )
    assert not [name for name, answer in answers.items() if str(body.person.nir) in answer.text]


def test_odd_but_honest_messages_pass(
    listener: Listener, agora_side: AgoraSide, caller_of_files: Caller
) -> None:
    refused = {}
    with session(listener) as channel:
        for row in [*HARMLESS, *HARMLESS_VARIANTS, *HARMLESS_EXTREMES]:
            with agora_side():
                body = body_of(create_request(HolderFactory()))
            answer = sent(channel, listener, row, caller_of_files, body)
            if answer.status_code != 200 or "numeroDossier" not in read_answer(answer.content):
                refused[row.name] = answer.text

    assert refused == {}


@pytest.fixture
def caller_of_files(listener: Listener) -> Caller:
    return Caller(listener.folder)


def effects() -> tuple[int, ...]:
    models = (TrainingFile, FileContribution, FileDeclaration, JournalEvent)
    return tuple(model.objects.count() for model in models)


def session(listener: Listener) -> requests.Session:
    channel = requests.Session()
    channel.trust_env = False
    channel.verify = str(listener.folder / "ca.pem")
    channel.cert = (str(listener.folder / "partner-tls.pem"), str(listener.folder / "partner-tls.key"))
    return channel


def sent(
    channel: requests.Session, listener: Listener, row: Row, caller: Caller, body: object
) -> requests.Response:
    made = row.make(caller, body)  # type: ignore[arg-type]
    message = made if isinstance(made, Message) else Message(made)
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"{Operation.CREATE_FILE.soap_action}"',
        **message.headers,
    }
    return channel.request(message.method, listener.url, data=message.content, headers=headers, timeout=30)
