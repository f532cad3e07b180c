import pytest

from agora_sync.models import Exchange
from agora_sync.provider.exchange import handle_call
from rights.models import TrainingFile
from tests.support.agora import Caller, create_request, read_answer, read_fault
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db


def test_create_file_first_time_opens_it_and_says_so(caller: Caller) -> None:
    holder = HolderFactory()

    answer = handle_call(caller.call(create_request(holder)))

    assert read_fault(answer.content) is None, list(Exchange.objects.values())
    told = read_answer(answer.content)
    created = TrainingFile.objects.get(holder=holder)
    assert told["numeroDossier"] == created.agora_number
    assert told["preexistant"] == "false"
