"""The sample clients of other languages, run as a partner's engineer would: against the real listener, over TLS."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from agora_sync import demo
from agora_sync.contract import NEWEST
from agora_sync.models import Partner
from rights.models import TrainingFile
from tests.support.agora import person
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.xdist_group("agora_listener")
SAMPLES = Path(__file__).resolve().parents[3] / "samples"
CLIENTS = {
    "python": [sys.executable, "python/client.py"],
    "node": ["node", "node/client.mjs"],
    "node soap": ["node", "node/soap-client.mjs"],
    "java": ["java", "java/Client.java"],
    "php": ["php", "php/client.php"],
}


@pytest.mark.parametrize("client", CLIENTS)
def test_sample_client_creates_enters_leaves_and_reads(
    listener: Listener, agora_side: AgoraSide, client: str
) -> None:
    program, script = CLIENTS[client]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed here")
    if client == "node soap" and not (SAMPLES / "node" / "node_modules" / "soap").is_dir():
        pytest.skip("the npm package soap is not installed: npm install --prefix samples/node")
    with agora_side():
        who = person(HolderFactory(birth_name="D'Orsi & Lévêque"))

    lines = run([program, str(SAMPLES / script)], listener, nir=who.nir, name=who.birth_name)

    assert [line["operation"] for line in lines] == [
        "CreerDossier", "DeclarerEntree", "DeclarerSortie", "ConsulterDossiers",
    ]  # fmt: skip
    assert [line["etat"] for line in lines] == ["DEMANDE", "EN_FORMATION", "SORTI", "SORTI"]
    with agora_side():
        assert TrainingFile.objects.filter(agora_number=lines[0]["numeroDossier"]).count() == 1


@pytest.mark.parametrize("client", ["python", "node"])
def test_sample_client_calls_the_newest_version_with_a_vector_bound_to_its_body(
    listener: Listener, agora_side: AgoraSide, client: str
) -> None:
    program, script = CLIENTS[client]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed here")
    with agora_side():
        who = person(HolderFactory())
        Partner.objects.filter(code="partner").update(body_digest_required_from=timezone.now())
    newest = listener.url.replace("/v1/", f"/{NEWEST}/")
    variables = {"AGORA_URL": newest, "AGORA_LIER_CORPS": "oui"}
    try:
        lines = run([program, str(SAMPLES / script)], listener, nir=who.nir, name=who.birth_name, **variables)
    finally:
        with agora_side():
            Partner.objects.filter(code="partner").update(body_digest_required_from=None)

    assert [line["etat"] for line in lines] == ["DEMANDE", "EN_FORMATION", "SORTI", "SORTI"]


def run(
    command: list[str], listener: Listener, *, nir: str, name: str, **variables: str
) -> list[dict[str, str]]:
    partners = demo.announced_partners(
        recipient=demo.RECIPIENT, audience=demo.AUDIENCE, endpoint=listener.url
    )
    (listener.folder / "partner.json").write_text(json.dumps(partners))
    environment = {
        **os.environ,
        "AGORA_PKI": str(listener.folder),
        "AGORA_URL": listener.url,
        "AGORA_NIR": str(nir),
        "AGORA_NOM": name,
        "AGORA_DEBUT": "2026-03-02",
        # A program that runs for a second is done before the better of Java's two compilers is.
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1",
        **variables,
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
