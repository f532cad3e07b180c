"""Steps 7 to 14: what is wrong with a vector, and the fault that says so. The happy path is in test_operations."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from agora_sync.contract import Operation
from agora_sync.models import (
    PAGM,
    Exchange,
    PAGMAssignment,
    PAGMRight,
    Partner,
    PartnerApplication,
    PartnerCertificate,
    ReplayedVector,
)
from agora_sync.provider.exchange import handle_call
from agora_sync.services.partners import register_certificate
from agora_sync.xml import namespaces as ns
from tests.agora_sync.provider.conftest import Refused
from tests.support.agora import (
    OTHER_PARTNER,
    Caller,
    Signer,
    body_of,
    create_request,
    envelope,
    identity_of,
    list_request,
    operation_of,
    read_fault,
)
from tests.support.agora_assertions import (
    ENVELOPED,
    HMAC_SHA256,
    MD5,
    RSA_MD5,
    RSA_SHA1,
    SHA1,
    security_header,
)
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.agora_sync import approve

pytestmark = pytest.mark.django_db
Holder = Any
EXC_C14N_WITH_COMMENTS = f"{ns.EXC_C14N}WithComments"
XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
    "<ds:XPath>not(ancestor-or-self::*[local-name()='AttributeStatement'])</ds:XPath></ds:Transform>"
)
XSLT = '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'


@pytest.fixture
def holder(partners: dict[str, Partner]) -> Holder:
    return HolderFactory()


# Steps 7 and 8 ------------------------------------------------------------------------------------
def test_no_header_at_all_is_a_missing_token(caller: Caller, holder: Holder, refused: Refused) -> None:
    content = envelope(body_of(create_request(holder)))

    assert refused(caller.call_of(content, Operation.CREATE_FILE)).name == "wsse:SecurityTokenUnavailable"


def test_empty_security_header_is_a_missing_token(caller: Caller, holder: Holder, refused: Refused) -> None:
    content = envelope(body_of(create_request(holder)), security_header(None))

    assert refused(caller.call_of(content, Operation.CREATE_FILE)).name == "wsse:SecurityTokenUnavailable"


def test_unsigned_assertion_fails_the_check(caller: Caller, holder: Holder, refused: Refused) -> None:
    call = caller.call(create_request(holder), caller.assertion(is_signed=False))

    assert refused(call).name == "wsse:FailedCheck"


@pytest.mark.parametrize("part", ["NameID", "AttributeValue", "Issuer", "Audience"])
def test_one_altered_character_fails_the_check(
    caller: Caller, holder: Holder, refused: Refused, part: str
) -> None:
    assertion = caller.assertion().element()
    altered = next(assertion.iter(ns.saml(part)))
    altered.text = f"x{altered.text[1:]}"
    content = envelope(body_of(create_request(holder)), security_header(assertion))

    assert refused(caller.call_of(content, Operation.CREATE_FILE)).name == "wsse:FailedCheck"


@pytest.mark.parametrize("name", ["SignatureValue", "DigestValue", "X509Certificate"])
def test_one_altered_character_of_the_signature_fails_the_check(
    caller: Caller, holder: Holder, refused: Refused, name: str
) -> None:
    assertion = caller.assertion().element()
    value = list(assertion.iter(ns.ds(name)))[-1]
    # The last significant character of a base64 text may change without changing the bytes.
    stem = value.text.rstrip("=")
    value.text = stem[:-1] + ("B" if stem[-1] != "B" else "C") + value.text[len(stem) :]
    content = envelope(body_of(create_request(holder)), security_header(assertion))

    assert refused(caller.call_of(content, Operation.CREATE_FILE)).name == "wsse:FailedCheck"


@pytest.mark.parametrize(
    "changes",
    [
        {"signature_method": RSA_SHA1},
        {"signature_method": RSA_MD5},
        {"signature_method": HMAC_SHA256},
        {"digest_method": SHA1},
        {"digest_method": MD5},
        {"canonical_method": EXC_C14N_WITH_COMMENTS},
        {"canonical_method": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"},
        {"transforms": [ns.EXC_C14N]},
        {"transforms": [ENVELOPED]},
        {"transforms": [ns.EXC_C14N, ENVELOPED]},
        {"transforms": [ENVELOPED, EXC_C14N_WITH_COMMENTS]},
        {"transforms": [ENVELOPED, XPATH, ns.EXC_C14N]},
        {"transforms": [ENVELOPED, XSLT]},
        {"transforms": [ENVELOPED, ns.EXC_C14N, ns.EXC_C14N]},
        {"reference": ""},
        {"reference": "#_autre"},
        {"reference": "https://exemple.test/assertion.xml"},
        {"reference": "#xpointer(/)"},
    ],
    ids=str,
)
def test_algorithm_transform_or_reference_outside_the_list_fails_the_check(
    caller: Caller, holder: Holder, refused: Refused, changes: dict[str, Any]
) -> None:
    call = caller.call(create_request(holder), caller.assertion(**changes))

    assert refused(call).name == "wsse:FailedCheck"


@pytest.mark.parametrize(
    "signer", ["other-partner-vi", "partner-tls", "portal-vi", "expired-partner-vi", "revoked-partner-vi"]
)
def test_certificate_of_somebody_else_or_for_something_else_fails_the_check(
    caller: Caller, holder: Holder, refused: Refused, signer: str
) -> None:
    assertion = caller.assertion(signer=Signer.named(caller.folder, signer))

    assert refused(caller.call(create_request(holder), assertion)).name == "wsse:FailedCheck"


@pytest.mark.parametrize("signer", ["self-signed-vi", "expired-partner-vi", "revoked-partner-vi"])
def test_certificate_registered_yet_not_trusted_fails_the_check(
    caller: Caller, partners: dict[str, Partner], holder: Holder, refused: Refused, signer: str
) -> None:
    named = Signer.named(caller.folder, signer)
    partner = partners["partner"]
    PartnerCertificate.objects.filter(partner__code=signer.removesuffix("-vi")).delete()
    registered = register_certificate(
        partner=partner, kind="vi", certificate=named.certificates[0], application=partner.applications.get()
    )
    now = timezone.now()
    PartnerCertificate.objects.filter(pk=registered.pk).update(
        valid_from=now - dt.timedelta(days=1), valid_to=now + dt.timedelta(days=1)
    )

    fault = refused(caller.call(create_request(holder), caller.assertion(signer=named)))

    assert fault.name == "wsse:FailedCheck"


def test_certificate_that_we_revoked_fails_the_check(
    caller: Caller, partners: dict[str, Partner], holder: Holder, refused: Refused
) -> None:
    PartnerCertificate.objects.filter(partner=partners["partner"], kind="vi").update(
        revoked_at=timezone.now()
    )

    assert refused(caller.call(create_request(holder))).name == "wsse:FailedCheck"


# Step 9 -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "changes",
    [
        {"starts_in": 120, "ends_in": 300},
        {"starts_in": -200, "ends_in": -1},
        {"starts_in": 0, "ends_in": 24 * 3600},
        {"starts_in": -5, "ends_in": 297},
        {"confirmed_until_in": -1},
        {"confirmed_until_in": 3600},
        {"issued_in": 120},
        {"issued_in": -3600},
        {"version": "1.1"},
        {"extra": "<saml:Condition/>"},
    ],
    ids=str,
)
def test_dates_or_conditions_out_of_bounds_are_an_invalid_vector(
    caller: Caller, holder: Holder, refused: Refused, changes: dict[str, Any]
) -> None:
    call = caller.call(create_request(holder), caller.assertion(**changes))

    assert refused(call).name == "vi:InvalidVI"


@pytest.mark.parametrize(
    "changes",
    [{"recipient": "urn:interops:sp:16090000700016:autre"}, {"name_id": ""}, {"name_id": "  "}],
    ids=str,
)
def test_recipient_or_subject_that_does_not_fit_is_an_invalid_vector(
    caller: Caller, holder: Holder, refused: Refused, changes: dict[str, str]
) -> None:
    assertion = caller.assertion(identity=replace(identity_of(caller.partner), **changes))

    assert refused(caller.call(create_request(holder), assertion)).name == "vi:InvalidVI"


def test_clock_a_little_ahead_of_ours_passes(caller: Caller, holder: Holder) -> None:
    assertion = caller.assertion(issued_in=45, starts_in=45, ends_in=300)

    assert read_fault(handle_call(caller.call(list_request(holder), assertion)).content) is None


def test_vector_used_again_is_an_invalid_vector(caller: Caller, holder: Holder, refused: Refused) -> None:
    assertion = caller.assertion()
    handle_call(caller.call(list_request(holder), assertion))

    assert refused(caller.call(list_request(holder), assertion)).name == "vi:InvalidVI"
    assert ReplayedVector.objects.count() == 1


def test_vector_of_a_refused_call_cannot_serve_again(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    assertion = caller.assertion(identity=replace(identity_of(caller.partner), audience="urn:autre"))
    assert refused(caller.call(list_request(holder), assertion)).name == "vi:InvalidService"

    assert refused(caller.call(list_request(holder), assertion)).name == "vi:InvalidVI"


# Steps 10 to 12 -----------------------------------------------------------------------------------
@pytest.mark.parametrize("issuer", ["urn:interops:16090001500019:idp:inconnu:1", OTHER_PARTNER.issuer])
def test_issuer_unknown_or_of_another_partner(
    caller: Caller, holder: Holder, refused: Refused, issuer: str
) -> None:
    assertion = caller.assertion(identity=replace(identity_of(caller.partner), issuer=issuer))

    assert refused(caller.call(create_request(holder), assertion)).name == "vi:InvalidIssuer"


def test_partner_of_another_environment_is_an_invalid_issuer(
    caller: Caller, partners: dict[str, Partner], holder: Holder, refused: Refused
) -> None:
    Partner.objects.filter(code="partner").update(environment="production")

    assert refused(caller.call(create_request(holder))).name == "vi:InvalidIssuer"


@pytest.mark.parametrize("audience", ["urn:cpa:agora:recette:v2", "urn:cpa:agora:recette:v1/", ""])
def test_audience_that_is_not_ours_is_an_invalid_service(
    caller: Caller, holder: Holder, refused: Refused, audience: str
) -> None:
    assertion = caller.assertion(identity=replace(identity_of(caller.partner), audience=audience))

    assert refused(caller.call(create_request(holder), assertion)).name == "vi:InvalidService"


def test_level_under_the_agreed_one_is_an_invalid_level(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    weak = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
    assertion = caller.assertion(identity=replace(identity_of(caller.partner), authn_context=weak))

    assert refused(caller.call(create_request(holder), assertion)).name == "vi:InvalidAuthLevel"


def test_level_is_free_where_none_was_agreed(other_caller: Caller, holder: Holder) -> None:
    weak = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
    assertion = other_caller.assertion(identity=replace(identity_of(OTHER_PARTNER), authn_context=weak))

    assert read_fault(handle_call(other_caller.call(list_request(holder), assertion)).content) is None


# Steps 13 and 14 ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "codes",
    [(), ("",), (" ",), ("INCONNU",), ("AGORA_FINANCEUR",), ("AGORA_GESTION", "INCONNU"), ("agora_gestion",)],
    ids=str,
)
def test_profile_absent_blank_unknown_or_of_another_partner(
    caller: Caller, holder: Holder, refused: Refused, codes: tuple[str, ...]
) -> None:
    assertion = caller.assertion(identity=replace(identity_of(caller.partner), pagm_codes=codes))

    assert refused(caller.call(create_request(holder), assertion)).name == "vi:InvalidPagm"


def end_assignment(partner: Partner) -> None:
    now = timezone.now()
    PAGMAssignment.objects.filter(pagm__partner=partner).update(ends_at=now)


def assign_again_without_approval(partner: Partner) -> None:
    end_assignment(partner)
    for held in PAGMAssignment.objects.filter(pagm__partner=partner):
        PAGMAssignment.objects.create(application=held.application, pagm=held.pagm, starts_at=timezone.now())


def give_to_another_application(partner: Partner) -> None:
    end_assignment(partner)
    other = PartnerApplication.objects.create(partner=partner, code="autre", name="Autre")
    for pagm in PAGM.objects.filter(partner=partner):
        approve(PAGMAssignment.objects.create(application=other, pagm=pagm, starts_at=timezone.now()))


@pytest.mark.parametrize(
    "change", [end_assignment, assign_again_without_approval, give_to_another_application]
)
def test_profile_not_held_at_that_instant_is_an_invalid_profile(
    caller: Caller,
    partners: dict[str, Partner],
    holder: Holder,
    refused: Refused,
    change: Callable[[Partner], None],
) -> None:
    change(partners["partner"])

    assert refused(caller.call(create_request(holder))).name == "vi:InvalidPagm"


def test_subject_that_names_another_application_is_an_invalid_profile(
    caller: Caller, partners: dict[str, Partner], holder: Holder, refused: Refused
) -> None:
    PartnerApplication.objects.create(partner=partners["partner"], code="autre", name="Autre")
    assertion = caller.assertion(identity=replace(identity_of(caller.partner), name_id="autre"))

    assert refused(caller.call(create_request(holder), assertion)).name == "vi:InvalidPagm"


def test_profile_that_does_not_open_the_operation_is_not_entitled(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    assertion = caller.assertion(identity=replace(identity_of(caller.partner), pagm_codes=("AGORA_LECTURE",)))

    assert refused(caller.call(create_request(holder), assertion)).name == "ag:DroitsInsuffisants"


def test_right_withdrawn_from_the_profile_closes_the_operation(
    caller: Caller, partners: dict[str, Partner], holder: Holder, refused: Refused
) -> None:
    PAGMRight.objects.filter(pagm__partner=partners["partner"], operation=Operation.CREATE_FILE).update(
        ends_at=timezone.now()
    )

    assert refused(caller.call(create_request(holder))).name == "ag:DroitsInsuffisants"


# Order and log ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"is_signed": False}, 8),
        ({"ends_in": -1, "starts_in": -100}, 9),
    ],
)
def test_exchange_log_keeps_the_step_that_failed(
    caller: Caller, holder: Holder, refused: Refused, changes: dict[str, Any], step: int
) -> None:
    refused(caller.call(create_request(holder), caller.assertion(**changes)))

    exchange = Exchange.objects.latest("created_at")
    assert exchange.failed_step == step
    assert exchange.partner is not None
    assert exchange.partner.code == "partner"
    assert exchange.operation == Operation.CREATE_FILE


def test_first_step_that_fails_decides_when_everything_is_wrong(
    caller: Caller, holder: Holder, refused: Refused
) -> None:
    wrong = replace(
        identity_of(caller.partner), issuer="urn:x", audience="urn:x", pagm_codes=("X",), recipient="urn:x"
    )
    signed_by_other = caller.assertion(
        identity=wrong, signer=Signer.named(caller.folder, "other-partner-vi"), ends_in=-1
    )

    assert refused(caller.call(create_request(holder), signed_by_other)).name == "wsse:FailedCheck"
    assert (
        refused(caller.call(create_request(holder), caller.assertion(identity=wrong))).name == "vi:InvalidVI"
    )


def test_fault_says_nothing_of_what_was_expected(caller: Caller, holder: Holder, refused: Refused) -> None:
    request = create_request(holder)
    assertion = caller.assertion(identity=replace(identity_of(caller.partner), audience="urn:secret"))

    fault = refused(caller.call(request, assertion))

    shown = f"{fault.sentence}{fault.details}"
    assert "urn:" not in shown
    assert request.person.nir not in shown
    assert operation_of(request) not in shown
