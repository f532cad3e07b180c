"""A vector made for one body: verified whenever it says so, asked for where that was agreed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from lxml import etree

from accounts.models import Holder
from agora_sync.contract import Operation
from agora_sync.models import Exchange, Partner, ReplayedVector, Trace, TransmissionDelegation
from agora_sync.provider.exchange import handle_call
from agora_sync.vector.binding import body_digest
from rights.models import TrainingFile
from tests.support.agora import (
    OTHER_PARTNER,
    PARTNER,
    Caller,
    Fault,
    Signer,
    body_of,
    create_request,
    envelope,
    read_fault,
)
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder() -> Holder:
    return HolderFactory()


def attribute(*digests: str) -> str:
    values = "".join(f"<saml:AttributeValue>{digest}</saml:AttributeValue>" for digest in digests)
    return f'<saml:Attribute Name="EmpreinteCorps">{values}</saml:Attribute>'


def told(
    caller: Caller, body: etree._Element, attributes: str = "", channel: str = PARTNER.code
) -> Fault | None:
    """The fault of a creation beside a vector that says this of its body, None when it was taken."""
    content = envelope(body, caller.assertion(attributes=attributes).security_header())
    certificate = Signer.named(caller.folder, f"{channel}-tls").der
    call = caller.call_of(content, Operation.CREATE_FILE, client_certificate=certificate)
    return read_fault(handle_call(call).content)


def agree(code: str = PARTNER.code, *, since: timedelta = timedelta(days=-1)) -> None:
    Partner.objects.filter(code=code).update(body_digest_required_from=timezone.now() + since)


def require_refused(fault: Fault | None) -> None:
    assert fault is not None
    assert fault.name == "vi:InvalidVI"
    exchange = Exchange.objects.get()
    assert exchange.failed_step == 9
    assert Trace.objects.filter(exchange_id=exchange.pk).count() == 2
    assert not TrainingFile.objects.exists()
    # Whoever the vector was made for may still use it.
    assert not ReplayedVector.objects.exists()


def test_vector_made_for_this_body_is_accepted(caller: Caller, holder: Holder) -> None:
    body = body_of(create_request(holder))

    assert told(caller, body, attribute(body_digest(body))) is None
    assert TrainingFile.objects.exists()


def test_same_body_written_otherwise_has_the_same_digest(caller: Caller, holder: Holder) -> None:
    body = body_of(create_request(holder))
    digest = body_digest(body)
    body[0].addnext(etree.Comment(" dit autrement "))
    body.tail = "\n  "

    assert told(caller, body, attribute(digest)) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda digest: attribute(digest[:-1] + ("0" if digest[-1] != "0" else "1")),
        lambda digest: attribute(digest, "0" * 64),
        lambda digest: attribute(digest, digest),
        lambda digest: attribute(digest) + attribute("0" * 64),
        lambda digest: attribute(),
        lambda digest: attribute(""),
        lambda digest: attribute(digest.upper()),
        lambda digest: attribute("é" * 64),
    ],
    ids=["another", "two values", "twice", "two attributes", "no value", "empty", "upper case", "not ASCII"],
)
def test_vector_that_names_another_body_is_refused(caller: Caller, holder: Holder, spoil) -> None:  # type: ignore[no-untyped-def]
    body = body_of(create_request(holder))

    require_refused(told(caller, body, spoil(body_digest(body))))


def test_vector_taken_with_its_header_opens_no_other_body(caller: Caller, holder: Holder) -> None:
    digest = body_digest(body_of(create_request(holder)))

    fault = told(caller, body_of(create_request(holder, title="Autre formation")), attribute(digest))

    require_refused(fault)
    assert fault is not None
    assert fault.details[0]["libelle"].startswith(
        "Le vecteur d’identification a été établi pour un autre corps"
    )


def test_partner_that_agreed_on_it_is_refused_without(caller: Caller, holder: Holder) -> None:
    agree()

    fault = told(caller, body_of(create_request(holder)))

    require_refused(fault)
    assert fault is not None
    assert "empreinte" in fault.details[0]["libelle"]


def test_agreement_that_has_not_begun_asks_for_nothing(caller: Caller, holder: Holder) -> None:
    agree(since=timedelta(hours=1))

    assert told(caller, body_of(create_request(holder))) is None


def test_agreement_is_that_of_the_partner_who_speaks_not_of_its_delegate(
    caller: Caller, other_caller: Caller, holder: Holder
) -> None:
    agree(OTHER_PARTNER.code)
    now = timezone.now()
    TransmissionDelegation.objects.create(
        delegator=Partner.objects.get(code=PARTNER.code),
        delegate=Partner.objects.get(code=OTHER_PARTNER.code),
        notice="Courrier du 3 mars 2026",
        notified_at=now - timedelta(days=2),
        starts_at=now - timedelta(days=1),
    )

    assert told(caller, body_of(create_request(holder)), channel=OTHER_PARTNER.code) is None
