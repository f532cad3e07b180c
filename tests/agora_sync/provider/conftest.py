from collections.abc import Callable

import pytest

from accounts.models import AccessLogEntry
from agora_sync.enums import ExchangeState, TraceKind
from agora_sync.models import Exchange, FileContribution, ReceivedRequest, Trace
from agora_sync.provider.call import Call
from agora_sync.provider.exchange import Answer, handle_call
from rights.models import JournalEvent, TrainingFile
from tests.support.agora import Fault, read_fault

Refused = Callable[[Call], Fault]


@pytest.fixture
def refused() -> Refused:
    """Make a call that must be refused, and prove that nothing moved but its traces and its line in the log."""

    def prove(call: Call) -> Fault:
        before = effects()
        traces_before = Trace.objects.count()

        answer = handle_call(call)

        fault = read_fault(answer.content)
        assert fault is not None, answer.content
        assert effects() == before
        assert_traced_and_logged(answer, fault, traces_before)
        return fault

    return prove


def effects() -> tuple[int, ...]:
    models = (TrainingFile, FileContribution, JournalEvent, AccessLogEntry)
    accepted = ReceivedRequest.objects.exclude(answer="")
    return (*(model.objects.count() for model in models), accepted.count())


def assert_traced_and_logged(answer: Answer, fault: Fault, traces_before: int) -> None:
    exchange = Exchange.objects.latest("created_at")
    assert (exchange.state, exchange.fault_code) == (ExchangeState.REFUSED, fault.name)
    assert {detail["idTrace"] for detail in fault.details} == {str(exchange.pk)}
    traces = Trace.objects.filter(exchange_id=exchange.pk).order_by("id")
    assert [trace.kind for trace in traces] == [TraceKind.REQUEST_RECEIVED, TraceKind.ANSWER_SENT]
    assert traces[1].http_status == answer.status
    assert Trace.objects.count() == traces_before + 2
