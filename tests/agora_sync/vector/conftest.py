import datetime as dt
from pathlib import Path

import pytest

from agora_sync.pki.trust import TrustStore, trust_store
from agora_sync.vector.build import VectorIdentity
from tests.support.agora import PARTNER, Signer, identity_of
from tests.support.agora_assertions import Assertion


@pytest.fixture
def identity() -> VectorIdentity:
    return identity_of(PARTNER)


@pytest.fixture
def signer(pki: Path) -> Signer:
    return Signer.named(pki, "partner-vi")


@pytest.fixture
def trust(pki: Path) -> TrustStore:
    return trust_store(pki / "ca.pem", pki / "crl.pem")


@pytest.fixture
def assertion(identity: VectorIdentity, signer: Signer) -> Assertion:
    return Assertion(identity, signer)


@pytest.fixture
def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
