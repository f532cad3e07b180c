"""No trace, no effect; and the trace of a call outlives whatever happens to it."""

from typing import Any

import pytest
from django.db import connection, connections

from agora_sync.enums import TraceKind
from agora_sync.models import Exchange, Partner, ReceivedRequest, ReplayedVector, Trace
from agora_sync.provider.exchange import handle_call
from agora_sync.selectors.health import traces_are_writable
from rights.models import TrainingFile
from tests.support.agora import Caller, create_request, read_fault
from tests.support.databases import as_owner
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def holder(partners: dict[str, Partner]) -> Any:
    return HolderFactory()


def running_role() -> str:
    return str(connections["default"].settings_dict["USER"])


def test_traces_that_cannot_be_written_close_the_service(caller: Caller, holder: Any) -> None:
    role = running_role()
    with as_owner(
        f"REVOKE INSERT ON agora_sync_trace FROM {role}",
        undone_by=f"GRANT INSERT ON agora_sync_trace TO {role}",
    ):
        answer = handle_call(caller.call(create_request(holder)))

        assert not traces_are_writable()

    fault = read_fault(answer.content)
    assert fault is not None
    assert (fault.name, answer.status) == ("ag:TracesIndisponibles", 500)
    assert fault.details[0]["idTrace"] == ""
    for model in (TrainingFile, ReceivedRequest, ReplayedVector, Exchange):
        assert not model.objects.exists()


def test_service_returns_by_itself_once_traces_are_written_again(caller: Caller, holder: Any) -> None:
    role = running_role()
    with as_owner(
        f"REVOKE INSERT ON agora_sync_trace FROM {role}",
        undone_by=f"GRANT INSERT ON agora_sync_trace TO {role}",
    ):
        handle_call(caller.call(create_request(holder)))

    assert handle_call(caller.call(create_request(holder))).status == 200
    assert traces_are_writable()


REFUSE_ANSWERS = """
CREATE FUNCTION refuse_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind = 'answer_sent' THEN RAISE EXCEPTION 'no room left'; END IF;
  RETURN NEW;
END $$
"""


def test_answer_that_cannot_be_traced_undoes_its_effect(caller: Caller, holder: Any) -> None:
    with as_owner(
        REFUSE_ANSWERS,
        "CREATE TRIGGER refuse_answers BEFORE INSERT ON agora_sync_trace "
        "FOR EACH ROW EXECUTE FUNCTION refuse_answers()",
        undone_by="DROP FUNCTION refuse_answers CASCADE",
    ):
        answer = handle_call(caller.call(create_request(holder)))

    fault = read_fault(answer.content)
    assert fault is not None
    assert fault.name == "ag:TracesIndisponibles"
    assert not TrainingFile.objects.exists()
    assert not ReceivedRequest.objects.exists()
    assert [trace.kind for trace in Trace.objects.all()] == [TraceKind.REQUEST_RECEIVED]


REFUSE_FILES = """
CREATE FUNCTION refuse_files() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'seen % reception', (SELECT count(*) FROM agora_sync_trace WHERE kind = 'request_received');
END $$
"""


def test_reception_is_committed_before_the_effect_is_tried(caller: Caller, holder: Any) -> None:
    """The effect fails as in a crash: whatever its transaction held is gone, the reception stays."""
    with as_owner(
        REFUSE_FILES,
        "CREATE TRIGGER refuse_files BEFORE INSERT ON rights_trainingfile "
        "FOR EACH ROW EXECUTE FUNCTION refuse_files()",
        undone_by="DROP FUNCTION refuse_files CASCADE",
    ):
        answer = handle_call(caller.call(create_request(holder)))

    fault = read_fault(answer.content)
    assert fault is not None
    assert fault.name == "ag:ErreurInterne"
    kinds = list(Trace.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == [TraceKind.REQUEST_RECEIVED, TraceKind.ANSWER_SENT]
    assert not ReceivedRequest.objects.exists()


def test_database_that_went_away_after_the_reception_leaves_no_effect(caller: Caller, holder: Any) -> None:
    with as_owner(
        KILL_ON_CLAIM,
        "CREATE TRIGGER kill_on_claim BEFORE INSERT ON agora_sync_receivedrequest "
        "FOR EACH ROW EXECUTE FUNCTION kill_on_claim()",
        undone_by="DROP FUNCTION kill_on_claim CASCADE",
    ):
        answer = handle_call(caller.call(create_request(holder)))
        connection.close()

    fault = read_fault(answer.content)
    assert fault is not None
    assert fault.name in {"ag:TracesIndisponibles", "ag:ErreurInterne"}
    assert not TrainingFile.objects.exists()
    assert Trace.objects.filter(kind=TraceKind.REQUEST_RECEIVED).count() == 1


# The session of the call ends in the middle of it, as when a server is killed.
KILL_ON_CLAIM = """
CREATE FUNCTION kill_on_claim() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  PERFORM pg_terminate_backend(pg_backend_pid());
  RETURN NEW;
END $$
"""
