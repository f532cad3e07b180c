"""The search that ends every run finds what it must, and nothing else."""

import base64
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from cpa_portal.kernel.identifiers import fictitious_nir, format_nir
from tests.support.nir_hunt import Hunt

# Known to this hunt alone: what these tests leave for a moment is nobody else's find.
NIR = fictitious_nir(34_567)


@pytest.fixture
def hunt() -> Hunt:
    hunt = Hunt()
    hunt.learn([NIR])
    return hunt


@pytest.fixture
def server() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]) as server:
        yield server


@pytest.mark.parametrize(
    "text",
    [NIR, format_nir(NIR), NIR[:13], f"nir={NIR};", f"« {NIR} »"],
    ids=["together", "apart", "no key", "in a pair", "quoted"],
)
def test_hunt_finds_a_nir_however_it_is_written(hunt: Hunt, text: str) -> None:
    assert hunt.found_in(text)


@pytest.mark.parametrize(
    "text", [f"9{NIR}", NIR[:12], fictitious_nir(4), "2026-11-22T09:00:00.123456Z"],
    ids=["longer", "shorter", "another", "instant"],
)  # fmt: skip
def test_hunt_leaves_other_numbers_alone(hunt: Hunt, text: str) -> None:
    assert not hunt.found_in(text)


def test_hunt_reads_the_log(hunt: Hunt, tmp_path: Path) -> None:
    hunt.log = tmp_path / "written.log"
    hunt.log.write_text(f"rien\nun dossier de {NIR}\n")

    (finding,) = hunt.findings(settings.CACHES["default"]["LOCATION"], tmp_path)

    assert "the logs" in finding
    assert NIR not in finding


@pytest.mark.parametrize("kind", ["key", "string", "list", "hash", "task"])
def test_hunt_reads_the_cache_server_and_its_queues(
    hunt: Hunt, server: redis.Redis, tmp_path: Path, kind: str
) -> None:
    key = f"hunt-{uuid.uuid4().hex}"
    message = {"body": base64.b64encode(json.dumps([[NIR], {}]).encode()).decode()}
    try:
        match kind:
            case "key":
                key = f"{key}:{NIR}"
                server.set(key, "1")
            case "string":
                server.set(key, f"..{NIR}.".encode())
            case "list":
                server.rpush(key, NIR)
            case "hash":
                server.hset(key, "nir", NIR)
            case "task":
                server.rpush(key, json.dumps(message))

        findings = hunt.findings(settings.CACHES["default"]["LOCATION"], tmp_path)
    finally:
        server.delete(key)

    assert findings
    assert all("the cache server" in finding and NIR not in finding for finding in findings)
