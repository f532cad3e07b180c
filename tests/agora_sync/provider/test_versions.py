"""Two major versions of the contract, side by side: each partner calls those that are open to it, each in its names."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from lxml import etree

from accounts.models import Holder
from agora_sync import contract
from agora_sync.contract import Operation, Version
from agora_sync.contract.shapes import element_shape
from agora_sync.contract.versions import changes_of
from agora_sync.contract.wire import wire_form, wire_path
from agora_sync.mapping.disclosed import disclosed_items
from agora_sync.mapping.requests import Request, operation_of
from agora_sync.models import ContractOpening, Exchange, Partner, Trace
from agora_sync.provider.exchange import Answer, handle_call
from agora_sync.vector.binding import body_digest
from rights.models import TrainingFile
from tests.support.agora import (
    PARTNER,
    Caller,
    body_of,
    create_request,
    envelope,
    facts,
    list_request,
    read_fault,
)
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def holder() -> Holder:
    return HolderFactory()


def called(caller: Caller, request: Request, written: Version, **changes: Any) -> Answer:
    """The request as that version writes it, at that version's address unless told otherwise."""
    content = envelope(wire_form(body_of(request), written), caller.assertion().security_header())
    action = written.soap_action(operation_of(request))
    given = {"soap_action": action, "version": written, **changes}
    return handle_call(caller.call_of(content, operation_of(request), **given))


def body_in(answer: Answer) -> etree._Element:
    body = etree.fromstring(answer.content).find("{*}Body")
    assert body is not None
    return body[0]


def namespaces_of(answer: Answer) -> set[str]:
    """Those of our contract that an answer uses anywhere."""
    names = {
        str(etree.QName(node).namespace) for node in etree.fromstring(answer.content).iter(etree.Element)
    }
    return {
        name for name in names if name.startswith("urn:cpa:agora:") and name != "urn:cpa:agora:faultcodes"
    }


# Side by side -------------------------------------------------------------------------------------
@pytest.mark.parametrize("version", Version)
def test_file_created_and_listed_in_the_words_of_the_version(
    caller: Caller, holder: Holder, version: Version
) -> None:
    created = called(caller, create_request(holder, place="Corte"), version)
    listed = called(caller, list_request(holder), version)

    assert namespaces_of(created) == namespaces_of(listed) == {version.namespace}
    contract.schema(version).assertValid(body_in(created))
    contract.schema(version).assertValid(body_in(listed))
    assert TrainingFile.objects.get().place == "Corte"
    town = {Version.V1: "lieu", Version.V2: "localite"}[version]
    assert body_in(listed).findtext(f"{{*}}dossier/{{*}}formation/{version.tag(town)}") == "Corte"


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003 \u00a0", "\u0085"])
def test_title_of_other_spaces_than_those_of_xml_makes_no_answer_that_breaks_the_contract(
    caller: Caller, holder: Holder, blank: str
) -> None:
    body = body_of(create_request(holder))
    next(body.iter(Version.V1.tag("intitule"))).text = blank
    content = envelope(body, caller.assertion().security_header())

    created = handle_call(caller.call_of(content, Operation.CREATE_FILE))
    listed = called(caller, list_request(holder), Version.V1)

    assert (created.status, listed.status) == (200, 200)
    contract.schema(Version.V1).assertValid(body_in(listed))


def test_second_version_adds_the_digest_of_the_body_the_count_and_the_day_of_the_file(
    caller: Caller, holder: Holder
) -> None:
    called(caller, create_request(holder), Version.V2)
    request = list_request(holder)
    listed = body_in(called(caller, request, Version.V2))

    sent = wire_form(body_of(request), Version.V2)
    tag = Version.V2.tag
    assert listed.findtext(tag("empreinteCorps")) == body_digest(sent)
    assert listed.findtext(tag("nombreDossiers")) == "1"
    assert listed.findtext(f"{tag('dossier')}/{tag('dateCreation')}") == timezone.localdate().isoformat()


@pytest.mark.parametrize("version", Version)
def test_items_disclosed_are_found_in_the_answers_of_each_version(
    caller: Caller, holder: Holder, version: Version
) -> None:
    called(caller, create_request(holder, place="Corte"), version)

    disclosed = disclosed_items(called(caller, list_request(holder), version).content)

    known = {item.path: item.family for item in disclosed}
    assert known["dossier/formation/lieu"].startswith("2.")


def test_same_request_in_the_other_version_gets_the_same_answer_in_its_own_names(
    caller: Caller, holder: Holder
) -> None:
    request = create_request(holder, place="Corte")

    first, again = called(caller, request, Version.V1), called(caller, request, Version.V2)

    number = [body_in(answer).findtext("{*}numeroDossier") for answer in (first, again)]
    assert number[0] is not None
    assert number[0] == number[1]
    assert (namespaces_of(first), namespaces_of(again)) == ({Version.V1.namespace}, {Version.V2.namespace})
    assert TrainingFile.objects.count() == 1


def test_same_request_under_another_prefix_is_the_same_request(caller: Caller, holder: Holder) -> None:
    request = create_request(holder)
    plain = body_of(request)
    prefixed = etree.fromstring(
        etree.tostring(plain).replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"xmlns=", b"xmlns:x=")
    )
    first = handle_call(caller.call(request))

    content = envelope(prefixed, caller.assertion().security_header())
    again = handle_call(caller.call_of(content, Operation.CREATE_FILE))

    assert (first.status, again.status) == (200, 200)


@pytest.mark.parametrize("called_at", Version)
def test_message_of_the_other_version_is_no_operation_of_this_one(
    caller: Caller, holder: Holder, called_at: Version
) -> None:
    other = Version.V2 if called_at is Version.V1 else Version.V1

    answer = called(caller, create_request(holder), other, version=called_at)

    fault = read_fault(answer.content)
    assert fault is not None
    assert fault.name == "ag:OperationIncoherente"
    assert namespaces_of(answer) == {called_at.namespace}
    assert not TrainingFile.objects.exists()


def test_action_of_the_other_version_is_refused(caller: Caller, holder: Holder) -> None:
    action = Version.V1.soap_action(Operation.CREATE_FILE)

    answer = called(caller, create_request(holder), Version.V2, soap_action=action)

    fault = read_fault(answer.content)
    assert fault is not None
    assert fault.name == "ag:OperationIncoherente"


def test_faults_name_the_items_of_their_version(caller: Caller, holder: Holder) -> None:
    body = wire_form(body_of(create_request(holder)), Version.V2)
    next(body.iter(Version.V2.tag("localite"))).text = "x" * 300
    content = envelope(body, caller.assertion().security_header())
    action = Version.V2.soap_action(Operation.CREATE_FILE)

    answer = handle_call(
        caller.call_of(content, Operation.CREATE_FILE, soap_action=action, version=Version.V2)
    )

    paths = [node.text for node in etree.fromstring(answer.content).iter(Version.V2.tag("chemin"))]
    assert paths == ["/CreerDossier/formation/localite"]


def test_item_under_the_name_of_the_other_version_is_named_as_it_was_written(
    caller: Caller, holder: Holder
) -> None:
    body = wire_form(body_of(create_request(holder)), Version.V2)
    next(body.iter(Version.V2.tag("localite"))).tag = Version.V2.tag("lieu")
    content = envelope(body, caller.assertion().security_header())
    action = Version.V2.soap_action(Operation.CREATE_FILE)

    answer = handle_call(
        caller.call_of(content, Operation.CREATE_FILE, soap_action=action, version=Version.V2)
    )

    paths = [node.text for node in etree.fromstring(answer.content).iter(Version.V2.tag("chemin"))]
    assert paths == ["/CreerDossier/formation/lieu"]


def test_business_refusal_is_in_the_names_of_its_version(caller: Caller, holder: Holder) -> None:
    answer = called(caller, create_request(holder, organisation_siret="0" * 14), Version.V2)

    assert namespaces_of(answer) == {Version.V2.namespace}
    errors = list(etree.fromstring(answer.content).iter(Version.V2.tag("Erreur")))
    assert errors
    for error in errors:
        contract.schema(Version.V2).assertValid(copy.deepcopy(error))


def test_path_of_a_refusal_is_told_in_the_names_of_the_version() -> None:
    known = "/CreerDossier/formation/lieu"

    assert wire_path(known, Version.V1) == known
    assert wire_path(known, Version.V2) == "/CreerDossier/formation/localite"
    assert wire_path("/CreerDossier/complement/action/lieu[2]/siret", Version.V2).endswith("lieu[2]/siret")


# Who may call which -------------------------------------------------------------------------------
def opening_of(version: Version) -> ContractOpening:
    return ContractOpening.objects.get(partner__code=PARTNER.code, version=version)


def refused(answer: Answer) -> str:
    fault = read_fault(answer.content)
    return fault.name if fault else ""


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "wanted"),
    [
        (-DAY, None, ""),
        (timedelta(hours=1), None, "ag:VersionNonOuverte"),
        (-2 * DAY, -timedelta(seconds=1), "ag:VersionNonOuverte"),
        (-2 * DAY, timedelta(hours=1), ""),
    ],
    ids=["open", "not yet", "withdrawn", "withdrawn soon"],
)
def test_version_serves_a_partner_between_its_dates(
    caller: Caller, holder: Holder, starts_in: timedelta, ends_in: timedelta | None, wanted: str
) -> None:
    opening, now = opening_of(Version.V2), timezone.now()
    opening.starts_at = now + starts_in
    if ends_in is not None:
        opening.ends_at, opening.withdrawal_announced_at = now + ends_in, now - 200 * DAY
    opening.save()

    answer = called(caller, create_request(holder), Version.V2)

    assert refused(answer) == wanted
    assert TrainingFile.objects.exists() is (wanted == "")
    assert refused(called(caller, list_request(holder), Version.V1)) == ""


def test_version_that_was_never_opened_is_refused_traced_and_logged(caller: Caller, holder: Holder) -> None:
    opening_of(Version.V2).delete()

    answer = called(caller, create_request(holder), Version.V2)

    exchange = Exchange.objects.get()
    assert (answer.status, refused(answer)) == (500, "ag:VersionNonOuverte")
    assert (exchange.fault_code, exchange.failed_step) == ("ag:VersionNonOuverte", 14)
    assert Trace.objects.filter(exchange_id=exchange.pk).count() == 2


def test_version_of_one_partner_is_not_that_of_another(
    caller: Caller, other_caller: Caller, holder: Holder
) -> None:
    opening_of(Version.V2).delete()

    assert refused(called(other_caller, create_request(holder), Version.V2)) == ""


# What the database decides ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"version": "v9"}, "agora_opening_version_known"),
        ({"ends_in": -3 * DAY, "announced_in": -9 * DAY}, "agora_opening_dates_in_order"),
        ({"ends_in": DAY}, "agora_opening_withdrawal_announced"),
        ({"announced_in": -DAY}, "agora_opening_withdrawal_announced"),
        ({"ends_in": DAY, "announced_in": 2 * DAY}, "agora_opening_withdrawal_announced"),
        ({"twice": True}, "agora_opening_no_overlap"),
    ],
    ids=[
        "unknown version",
        "ends before it starts",
        "not announced",
        "announced without end",
        "announced after",
        "twice",
    ],
)
def test_database_refuses_an_opening_that_makes_no_sense(changes: dict[str, Any], constraint: str) -> None:
    now = timezone.now()
    partner = Partner.objects.create(
        code="p", name="P", siret="1" * 14, issuer="urn:p", environment="recette"
    )
    given = {
        "partner": partner,
        "version": changes.get("version", "v1"),
        "starts_at": now - DAY,
        "ends_at": now + changes["ends_in"] if "ends_in" in changes else None,
        "withdrawal_announced_at": now + changes["announced_in"] if "announced_in" in changes else None,
    }
    if changes.get("twice"):
        ContractOpening.objects.create(**given)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ContractOpening.objects.create(**given)


# The files ----------------------------------------------------------------------------------------
def test_what_a_version_renames_or_adds_bears_a_name_of_its_own() -> None:
    """The first version's answers lose the added items by name: that name must be nothing else there."""
    first = Version.V1.folder
    written = "".join((first / name).read_text() for name in contract.SCHEMA_NAMES)

    for added in changes_of(Version.V2).added:
        assert f'name="{added.name}"' not in written


def test_shape_says_the_names_that_the_code_knows() -> None:
    shape = element_shape("CreerDossier").child("formation")

    assert shape.child("lieu").type_name == "Texte"
    assert facts().place
