"""What the command prints goes through."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from lxml import etree

from accounts.models import HolderNIR
from agora_sync import contract
from agora_sync.contract import Operation
from agora_sync.models import Partner
from agora_sync.provider.exchange import handle_call
from tests.support.agora import OTHER_PARTNER, Caller, envelope, read_fault
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demonstration(settings: Any, partners: dict[str, Partner]) -> None:
    settings.DEMO = True
    HolderFactory()


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("agora_sample", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("operation", Operation.values)
def test_body_respects_the_contract_and_goes_through(caller: Caller, operation: str) -> None:
    body = etree.fromstring(printed(operation))

    contract.schema().assertValid(body)
    content = envelope(body, caller.assertion().security_header())
    answer = handle_call(caller.call_of(content, Operation(operation)))

    assert read_fault(answer.content) is None, answer.content


@pytest.mark.parametrize("operation", Operation.values)
def test_two_samples_both_go_through(caller: Caller, operation: str) -> None:
    for _ in range(2):
        content = envelope(etree.fromstring(printed(operation)), caller.assertion().security_header())

        assert handle_call(caller.call_of(content, Operation(operation))).status == 200


def test_whole_envelope_of_another_partner_goes_through(other_caller: Caller, pki: Path) -> None:
    text = printed("DeclarerEntree", "--partner", OTHER_PARTNER.code, "--full-envelope", "--pki", str(pki))

    answer = handle_call(other_caller.call_of(text.strip().encode(), Operation.DECLARE_ENTRY))

    assert read_fault(answer.content) is None, answer.content


def test_sample_is_refused_outside_the_demonstration(settings: Any) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="demonstration"):
        printed("CreerDossier")


def test_sample_without_anybody_to_speak_of_says_so() -> None:

    HolderNIR.objects.all().delete()

    with pytest.raises(CommandError, match="load the demonstration"):
        printed("CreerDossier")


def test_sample_on_the_portal_side_needs_the_database_of_the_other(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AGORA_ROLE = "portal"
    monkeypatch.delenv("AGORA_DATABASE_URL", raising=False)

    with pytest.raises(CommandError, match="AGORA_DATABASE_URL"):
        printed("CreerDossier")


def test_certificates_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="issue_dev_pki"):
        printed("CreerDossier", "--full-envelope", "--pki", str(tmp_path))
