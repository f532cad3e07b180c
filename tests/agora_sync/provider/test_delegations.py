"""A third party transmits for a partner: its own channel, the partner's vector, only while that is in force."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Holder
from agora_sync.models import Exchange, Partner, PartnerCertificate, Trace, TransmissionDelegation
from agora_sync.provider.exchange import handle_call
from cpa_portal.kernel.encryption import decrypt
from rights.models import TrainingFile
from tests.support.agora import OTHER_PARTNER, PARTNER, Caller, Signer, create_request, read_fault
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def holder() -> Holder:
    return HolderFactory()


def delegation(**changes: Any) -> TransmissionDelegation:
    """PARTNER lets OTHER_PARTNER transmit since yesterday, as it wrote the day before."""
    now = timezone.now()
    given: dict[str, Any] = {
        "delegator": Partner.objects.get(code=PARTNER.code),
        "delegate": Partner.objects.get(code=OTHER_PARTNER.code),
        "notice": "Courrier du 3 mars 2026",
        "notified_at": now - 2 * DAY,
        "starts_at": now - DAY,
    }
    return TransmissionDelegation.objects.create(**{**given, **changes})


def transmitted(caller: Caller, holder: Holder, channel: str = OTHER_PARTNER.code) -> str:
    """The fault of a creation of PARTNER on another's channel, "" when it was taken."""
    certificate = Signer.named(caller.folder, f"{channel}-tls").der
    answer = handle_call(caller.call(create_request(holder), client_certificate=certificate))
    fault = read_fault(answer.content)
    return fault.name if fault else ""


def test_vector_of_another_partner_without_delegation_fails_the_check(caller: Caller, holder: Holder) -> None:
    assert transmitted(caller, holder) == "wsse:FailedCheck"
    assert not TrainingFile.objects.exists()


def test_delegate_transmits_for_the_partner_that_answers_for_it(caller: Caller, holder: Holder) -> None:
    delegation()

    fault = transmitted(caller, holder)

    file, exchange = TrainingFile.objects.get(), Exchange.objects.get()
    assert fault == ""
    assert file.partner_code == PARTNER.code
    assert exchange.partner is not None
    assert exchange.partner.code == PARTNER.code
    answered = Trace.objects.get(kind="answer_sent")
    assert decrypt(answered.diagnostic) == f"transmitted by {OTHER_PARTNER.code}"


def dates(name: str, now: datetime) -> dict[str, datetime]:
    return {
        "not begun": {"starts_at": now + DAY},
        "over": {"starts_at": now - DAY, "ends_at": now - DAY / 2},
        "revoked": {"revoked_at": now - timedelta(minutes=1)},
    }[name]


@pytest.mark.parametrize("name", ["not begun", "over", "revoked"])
def test_delegation_that_is_not_in_force_opens_nothing(caller: Caller, holder: Holder, name: str) -> None:
    delegation(**dates(name, timezone.now()))

    assert transmitted(caller, holder) == "wsse:FailedCheck"
    assert not TrainingFile.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"ends_at": 1}, {"revoked_at": 1}], ids=["ends tomorrow", "revoked tomorrow"]
)
def test_delegation_holds_until_its_last_instant(
    caller: Caller, holder: Holder, changes: dict[str, int]
) -> None:
    delegation(**{name: timezone.now() + days * DAY for name, days in changes.items()})

    assert transmitted(caller, holder) == ""


def test_delegation_goes_one_way(caller: Caller, other_caller: Caller, holder: Holder) -> None:
    delegation()

    assert transmitted(other_caller, holder, channel=PARTNER.code) == "wsse:FailedCheck"


def test_delegate_still_speaks_for_itself(other_caller: Caller, caller: Caller, holder: Holder) -> None:
    delegation()

    answer = handle_call(other_caller.call(create_request(holder)))

    assert answer.status == 200
    assert TrainingFile.objects.get().partner_code == OTHER_PARTNER.code


@pytest.mark.parametrize("code", [PARTNER.code, OTHER_PARTNER.code], ids=["delegator", "delegate"])
def test_cut_off_of_either_stops_the_transmission(caller: Caller, holder: Holder, code: str) -> None:
    delegation()
    Partner.objects.filter(code=code).update(cut_off_at=timezone.now() - DAY)

    assert transmitted(caller, holder) == "ag:ServiceInterrompu"
    assert not TrainingFile.objects.exists()


def test_revoked_certificate_of_the_partner_opens_nothing_to_its_delegate(
    caller: Caller, holder: Holder
) -> None:
    delegation()
    PartnerCertificate.objects.filter(partner__code=PARTNER.code, kind="vi").update(
        revoked_at=timezone.now() - DAY
    )

    assert transmitted(caller, holder) == "wsse:FailedCheck"


def test_vector_of_a_delegator_that_names_another_issuer_is_refused(caller: Caller, holder: Holder) -> None:
    delegation()
    Partner.objects.filter(code=PARTNER.code).update(issuer="urn:interops:16090001500019:idp:autre:1")

    assert transmitted(caller, holder) == "vi:InvalidIssuer"


@pytest.mark.parametrize(
    "wrong",
    ["without notice", "notified after it began", "to itself", "twice at once"],
)
def test_delegation_that_was_not_notified_as_agreed_is_refused_by_the_database(
    caller: Caller, wrong: str
) -> None:
    now = timezone.now()
    changes: dict[str, dict[str, Any]] = {
        "without notice": {"notice": ""},
        "notified after it began": {"notified_at": now},
        "to itself": {"delegate": Partner.objects.get(code=PARTNER.code)},
        "twice at once": {},
    }
    if wrong == "twice at once":
        delegation()

    with pytest.raises(IntegrityError), transaction.atomic():
        delegation(**changes[wrong])
