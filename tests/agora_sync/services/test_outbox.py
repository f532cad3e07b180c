"""The journal taken to AGORA over a real listener with a database of its own."""

import pytest

from agora_sync.enums import ExchangeState, TraceKind
from agora_sync.models import Exchange, Trace
from agora_sync.services import outbox
from rights.enums import Transmission
from rights.models import TrainingFile
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.agora_sync import requested_file

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("agora_listener")]


def test_requested_file_reaches_agora_and_gets_its_number(listener: Listener, agora_side: AgoraSide) -> None:
    training_file = requested_file()
    known_at_agora(agora_side, training_file)

    send_everything()

    training_file.refresh_from_db()
    exchange = Exchange.objects.get()
    assert (exchange.state, exchange.fault_label) == (ExchangeState.DONE, "")
    assert training_file.transmission == Transmission.TRANSMITTED
    with agora_side():
        assert TrainingFile.objects.filter(agora_number=training_file.agora_number).exists()
    assert list(Trace.objects.order_by("id").values_list("kind", flat=True)) == [
        TraceKind.VECTOR_CREATED,
        TraceKind.REQUEST_SENT,
        TraceKind.ANSWER_RECEIVED,
    ]


def known_at_agora(agora_side: AgoraSide, training_file: TrainingFile) -> None:
    holder = training_file.holder
    nir = str(holder.nirs.get().nir)
    with agora_side():
        HolderFactory(birth_name=holder.birth_name, nir=nir, birth_date=holder.birth_date, user=None)


def send_everything() -> None:
    """What the beat and the workers do, one after the other."""
    outbox.open_new_exchanges()
    for exchange in Exchange.objects.filter(state=ExchangeState.PENDING):
        outbox.send_exchange(exchange_id=exchange.pk)
