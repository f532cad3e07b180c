import socket
from collections.abc import Iterator

import pytest

from rights.models import TrainingFile
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.agora_sync import requested_file


@pytest.fixture
def training_file(listener: Listener, agora_side: AgoraSide) -> TrainingFile:
    """A file that waits for AGORA, whose holder AGORA knows."""
    requested = requested_file()
    holder, nir = requested.holder, str(requested.holder.nirs.get().nir)
    with agora_side():
        HolderFactory(birth_name=holder.birth_name, nir=nir, birth_date=holder.birth_date, user=None)
    return requested


@pytest.fixture
def away() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"https://127.0.0.1:{closed.getsockname()[1]}/agora/v1/"
