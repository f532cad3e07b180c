"""Plain messages of a local system: signed and forwarded to a real listener, or refused with what is wrong."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zeep
from django.db import IntegrityError, transaction
from django.test import Client, override_settings
from django.utils import timezone
from lxml import etree

from agora_sync.contract import Operation, local
from agora_sync.enums import ExchangeState, TraceKind
from agora_sync.gateway.exchange import LocalAnswer, handle_local_call
from agora_sync.mapping.requests import Request, operation_of
from agora_sync.models import Exchange, LocalCertificate, LocalRole, LocalSystem, ServiceStop, Trace
from agora_sync.pki.trust import fingerprint, load_certificate
from agora_sync.provider.call import Call
from agora_sync.services.traces import opened
from agora_sync.xml import namespaces as ns
from tests.support.agora import PARTNER, Caller, Signer, body_of, list_request, read_answer, read_fault
from tests.support.agora_listener import AgoraSide, Listener
from tests.support.factories.accounts import HolderFactory

HEADER = (
    '<l:Appelant xmlns:l="urn:cpa:agora:local:1"><l:systeme>eos-corse</l:systeme>'
    "<l:sujet>jean.santoni</l:sujet><l:role>GESTIONNAIRE</l:role></l:Appelant>"
)


@pytest.fixture
def system(db: None, pki: Path) -> LocalSystem:
    """A local system of Corsica, whose certificate is one of the development authority."""
    registered = LocalSystem.objects.create(code="eos-corse", name="EOS", region_code="94")
    now = timezone.now()
    LocalCertificate.objects.create(
        system=registered,
        fingerprint=fingerprint(load_certificate(Signer.named(pki, "partner-tls").der)),
        valid_from=now - timedelta(days=1),
        valid_to=now + timedelta(days=30),
    )
    LocalRole.objects.create(
        system=registered, role="GESTIONNAIRE", pagm_code="AGORA_PORTAIL", starts_at=now - timedelta(days=1)
    )
    return registered


def message(request: Request, header: str = HEADER) -> bytes:
    body = etree.tostring(body_of(request)).decode()
    return (
        f'<s:Envelope xmlns:s="{ns.SOAP}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def called(pki: Path, request: Request, header: str = HEADER, **changes: Any) -> LocalAnswer:
    return handle_local_call(call(pki, request, header, **changes))


def call(pki: Path, request: Request, header: str = HEADER, **changes: Any) -> Call:
    return Caller(pki, PARTNER).call_of(message(request, header), operation_of(request), **changes)


def refused(answer: LocalAnswer) -> tuple[str, list[str]]:
    fault = read_fault(answer.content)
    assert fault is not None
    return fault.name, [detail["chemin"] for detail in fault.details]


# Forwarded ----------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("agora_listener")
def test_plain_message_is_signed_forwarded_and_answered_as_agora_answers(
    listener: Listener, agora_side: AgoraSide, system: LocalSystem, pki: Path
) -> None:
    holder = HolderFactory()
    request = list_request(holder)
    nir = request.person.nir
    with agora_side():
        HolderFactory(birth_name=holder.birth_name, nir=nir, birth_date=holder.birth_date, user=None)

    answer = called(pki, request)

    assert (answer.status, answer.request_id) == (200, request.request_id)
    told = read_answer(answer.content)
    assert told["identifiantRequete"] == str(request.request_id)
    assert told["empreinteRequete"] == answer.sent_digest
    exchange = Exchange.objects.get(pk=answer.trace_id)
    assert (exchange.state, exchange.operation, exchange.region_code) == (
        ExchangeState.DONE,
        Operation.LIST_FILES,
        "94",
    )
    traces = Trace.objects.filter(exchange_id=answer.trace_id).order_by("id")
    assert [trace.kind for trace in traces] == [
        TraceKind.REQUEST_RECEIVED,
        TraceKind.VECTOR_CREATED,
        TraceKind.REQUEST_SENT,
        TraceKind.ANSWER_RECEIVED,
        TraceKind.ANSWER_SENT,
    ]
    assertion = opened(traces[1].content).decode()
    assert ">eos-corse:jean.santoni<" in assertion
    assert ">AGORA_PORTAIL<" in assertion
    assert opened(traces[3].content) == opened(traces[4].content) == answer.content

    # A fault of AGORA comes back as it is too: this person is unknown there.
    stranger = called(pki, list_request(HolderFactory()))

    assert refused(stranger)[0] == "ag:TitulaireInconnu"
    assert Exchange.objects.get(pk=stranger.trace_id).state == ExchangeState.REFUSED
    received = Trace.objects.get(exchange_id=stranger.trace_id, kind=TraceKind.ANSWER_RECEIVED)
    assert opened(received.content) == stranger.content


# Refused here -------------------------------------------------------------------------------------
def with_text(name: str, text: str) -> Callable[[str], str]:
    def changed(header: str) -> str:
        start, end = header.index(f"<l:{name}>") + len(name) + 4, header.index(f"</l:{name}>")
        return header[:start] + text + header[end:]

    return changed


SUBJECT, ROLE, SYSTEM = "/Appelant/sujet", "/Appelant/role", "/Appelant/systeme"
INJECTIONS: dict[str, tuple[Callable[[str], str], str, list[str]]] = {
    "element in the subject": (with_text("sujet", "jean<l:role>ADMIN</l:role>"), "ag:EnveloppeInvalide", [SUBJECT]),
    "escaped element": (with_text("sujet", "jean&lt;/l:sujet&gt;"), "ag:EnveloppeInvalide", [SUBJECT]),
    "assertion in the subject": (
        with_text("sujet", f'<a:Assertion xmlns:a="{ns.SAML}"/>'), "ag:EnveloppeInvalide", [SUBJECT],
    ),
    "cdata": (with_text("sujet", "<![CDATA[jean]]>"), "ag:EnveloppeInvalide", ["/Appelant"]),
    "cdata in a role": (with_text("role", "<![CDATA[GESTIONNAIRE]]>"), "ag:EnveloppeInvalide", ["/Appelant"]),
    "ampersand": (with_text("sujet", "jean&amp;paul"), "ag:EnveloppeInvalide", [SUBJECT]),
    "undeclared entity": (with_text("sujet", "jean&paul;"), "ag:XMLMalForme", [""]),
    "line feed by reference": (with_text("sujet", "jean&#10;paul"), "ag:EnveloppeInvalide", [SUBJECT]),
    "null by reference": (with_text("sujet", "jean&#0;"), "ag:XMLMalForme", [""]),
    "control character": (with_text("sujet", "jean\x07"), "ag:XMLMalForme", [""]),
    "delete character": (with_text("sujet", "jean\x7f"), "ag:EnveloppeInvalide", [SUBJECT]),
    "bidirectional mark": (with_text("sujet", "jean\u202e"), "ag:EnveloppeInvalide", [SUBJECT]),
    "full-width letters": (with_text("sujet", "ｊean"), "ag:EnveloppeInvalide", [SUBJECT]),
    "accent": (with_text("sujet", "zoé"), "ag:EnveloppeInvalide", [SUBJECT]),
    "space before": (with_text("sujet", " jean"), "ag:EnveloppeInvalide", [SUBJECT]),
    "line feed after": (with_text("sujet", "jean\n"), "ag:EnveloppeInvalide", [SUBJECT]),
    "tab in a role": (with_text("role", "GESTION\tNAIRE"), "ag:EnveloppeInvalide", [ROLE]),
    "separator of the subject": (with_text("sujet", "eos-corse:autre"), "ag:EnveloppeInvalide", [SUBJECT]),
    "quotes": (with_text("sujet", 'a"b'), "ag:EnveloppeInvalide", [SUBJECT]),
    "digits alone": (with_text("sujet", "185017505600149"), "ag:EnveloppeInvalide", [SUBJECT]),
    "empty subject": (with_text("sujet", ""), "ag:EnveloppeInvalide", [SUBJECT]),
    "over-long subject": (with_text("sujet", "a" * 81), "ag:EnveloppeInvalide", [SUBJECT]),
    "over-long role": (with_text("role", "A" * 41), "ag:EnveloppeInvalide", [ROLE]),
    "role in small letters": (with_text("role", "gestionnaire"), "ag:EnveloppeInvalide", [ROLE]),
    "forged role": (with_text("role", "ADMINISTRATEUR"), "vi:InvalidPagm", ["/Appelant/role[1]"]),
    "a profile for a role": (with_text("role", "AGORA_PORTAIL"), "vi:InvalidPagm", ["/Appelant/role[1]"]),
    "one role forged of two": (
        lambda h: h.replace("</l:Appelant>", "<l:role>ADMIN</l:role></l:Appelant>"),
        "vi:InvalidPagm", ["/Appelant/role[2]"],
    ),
    "a role twice": (
        lambda h: h.replace("</l:Appelant>", "<l:role>GESTIONNAIRE</l:role></l:Appelant>"),
        "ag:EnveloppeInvalide", ["/Appelant/role[2]"],
    ),
    "eleven roles": (
        lambda h: h.replace("</l:Appelant>", "".join(f"<l:role>R{n}X</l:role>" for n in range(10)) + "</l:Appelant>"),
        "ag:EnveloppeInvalide", ["/Appelant/role[11]"],
    ),
    "no role": (lambda h: h.replace("<l:role>GESTIONNAIRE</l:role>", ""), "ag:EnveloppeInvalide", ["/Appelant"]),
    "order": (
        lambda h: h.replace("<l:systeme>eos-corse</l:systeme>", "").replace(
            "</l:Appelant>", "<l:systeme>eos-corse</l:systeme></l:Appelant>"
        ),
        "ag:EnveloppeInvalide", [SUBJECT],
    ),
    "another system": (with_text("systeme", "eos-bretagne"), "ag:CanalNonAuthentifie", [SYSTEM]),
    "two callers": (lambda h: h + h, "ag:EnveloppeInvalide", ["/Header"]),
    "no caller": (lambda h: "", "ag:EnveloppeInvalide", ["/Header"]),
    "another namespace": (lambda h: h.replace("local:1", "local:2"), "ag:EnveloppeInvalide", ["/Header"]),
    "a vector beside": (
        lambda h: f'{h}<w:Security xmlns:w="{ns.WSSE}"/>', "ag:EnveloppeInvalide", ["/Header"],
    ),
    "a comment": (lambda h: h.replace("jean", "je<!-- x -->an"), "ag:XMLMalForme", [""]),
    "an instruction": (lambda h: h.replace("jean", "je<?x y?>an"), "ag:XMLMalForme", [""]),
    "a schema to fetch": (
        lambda h: h.replace(
            "<l:Appelant ",
            '<l:Appelant xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
            'i:schemaLocation="urn:cpa:agora:local:1 http://127.0.0.1:1/x.xsd" ',
        ),
        "ag:EnveloppeInvalide", ["/Appelant"],
    ),
    "a nil subject": (
        lambda h: h.replace(
            "<l:sujet>", '<l:sujet xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">'
        ),
        "ag:EnveloppeInvalide", ["/Appelant"],
    ),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(INJECTIONS))
def test_header_that_says_more_than_it_may_is_refused_and_nothing_is_signed(
    name: str, system: LocalSystem, pki: Path
) -> None:
    spoil, code, paths = INJECTIONS[name]

    answer = called(pki, list_request(HolderFactory()), spoil(HEADER))

    assert refused(answer) == (code, paths)
    kinds = Trace.objects.filter(exchange_id=answer.trace_id).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [TraceKind.REQUEST_RECEIVED, TraceKind.ANSWER_SENT]
    assert Exchange.objects.get(pk=answer.trace_id).state == ExchangeState.REFUSED


@pytest.mark.django_db
def test_document_type_declaration_is_refused_before_anything_is_read(system: LocalSystem, pki: Path) -> None:
    content = b'<!DOCTYPE x [<!ENTITY e "eos-corse">]>' + message(list_request(HolderFactory()))

    answer = handle_local_call(Caller(pki, PARTNER).call_of(content, Operation.LIST_FILES))

    assert refused(answer)[0] == "ag:DTDInterdite"


def revoked(system: LocalSystem) -> None:
    system.certificates.update(revoked_at=timezone.now())


def out_of_date(system: LocalSystem) -> None:
    system.certificates.update(valid_to=timezone.now())


def suspended(system: LocalSystem) -> None:
    LocalSystem.objects.update(suspended_at=timezone.now())


def unregistered(system: LocalSystem) -> None:
    system.certificates.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", [revoked, out_of_date, suspended, unregistered], ids=lambda f: f.__name__)
def test_system_that_may_not_open_the_channel_is_refused(
    spoil: Callable[[LocalSystem], None], system: LocalSystem, pki: Path
) -> None:
    spoil(system)

    assert refused(called(pki, list_request(HolderFactory())))[0] == "ag:CanalNonAuthentifie"


@pytest.mark.django_db
@pytest.mark.parametrize("name", [None, "revoked-partner-tls", "self-signed-tls"])
def test_call_without_a_certificate_of_ours_is_refused(
    name: str | None, system: LocalSystem, pki: Path
) -> None:
    certificate = Signer.named(pki, name).der if name else None

    answer = called(pki, list_request(HolderFactory()), client_certificate=certificate)

    assert refused(answer)[0] == "ag:CanalNonAuthentifie"


@pytest.mark.django_db
def test_role_that_ended_opens_nothing_any_more(system: LocalSystem, pki: Path) -> None:
    system.roles.update(ends_at=timezone.now())

    assert refused(called(pki, list_request(HolderFactory())))[0] == "vi:InvalidPagm"


@pytest.mark.django_db
def test_body_that_breaks_the_contract_is_refused_before_it_is_signed(system: LocalSystem, pki: Path) -> None:
    content = message(list_request(HolderFactory())).replace(b"nomNaissance", b"nomInconnu")

    answer = handle_local_call(Caller(pki, PARTNER).call_of(content, Operation.LIST_FILES))

    assert refused(answer)[0] == "ag:SchemaInvalide"
    assert not Trace.objects.filter(kind=TraceKind.VECTOR_CREATED).exists()


@pytest.mark.django_db
def test_nothing_is_forwarded_while_the_exchanges_are_stopped_or_agora_is_away(
    system: LocalSystem, pki: Path, settings: Any
) -> None:
    settings.AGORA_ENDPOINT_URL = "https://127.0.0.1:1/agora/v1/"
    away = called(pki, list_request(HolderFactory()))
    ServiceStop.objects.create(reason="Chaîne rompue")
    stopped = called(pki, list_request(HolderFactory()))

    for answer in (away, stopped):
        assert refused(answer)[0] == "ag:ServiceInterrompu"
        assert (answer.status, bool(answer.retry_after)) == (503, True)
    assert Trace.objects.filter(exchange_id=stopped.trace_id, kind=TraceKind.VECTOR_CREATED).count() == 0


@pytest.mark.django_db
def test_accents_under_a_declaration_of_ascii_are_forwarded(
    system: LocalSystem, pki: Path, settings: Any
) -> None:
    settings.AGORA_ENDPOINT_URL = "https://127.0.0.1:1/agora/v1/"
    plain = message(list_request(HolderFactory(birth_name="Béranger")))
    content = b'<?xml version="1.0" encoding="us-ascii"?>' + plain.replace(
        b"B&#233;ranger", "Béranger".encode()
    )

    answer = handle_local_call(Caller(pki, PARTNER).call_of(content, Operation.LIST_FILES))

    assert "Béranger".encode() in content
    assert refused(answer)[0] == "ag:ServiceInterrompu"
    assert Trace.objects.filter(exchange_id=answer.trace_id, kind=TraceKind.REQUEST_SENT).exists()


@pytest.mark.django_db
def test_failure_of_ours_is_answered_by_a_fault_traced_and_logged(
    system: LocalSystem, pki: Path, settings: Any, tmp_path: Path
) -> None:
    settings.AGORA_VI_KEY = str(tmp_path / "gone.key")

    answer = called(pki, list_request(HolderFactory()))

    assert refused(answer) == ("ag:ErreurInterne", [""])
    assert answer.status == 500
    kinds = Trace.objects.filter(exchange_id=answer.trace_id).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [TraceKind.REQUEST_RECEIVED, TraceKind.ANSWER_SENT]
    assert Exchange.objects.get(pk=answer.trace_id).fault_code == "ag:ErreurInterne"


@pytest.mark.django_db
def test_calls_beyond_the_places_of_the_process_are_told_to_come_back(
    system: LocalSystem, pki: Path, settings: Any
) -> None:
    settings.AGORA_MAX_CONCURRENT_CALLS = 0

    answer = called(pki, list_request(HolderFactory()))

    assert refused(answer)[0] == "ag:Surcharge"
    assert (answer.status, answer.retry_after) == (503, "5")


# Served -------------------------------------------------------------------------------------------
@pytest.mark.django_db
@override_settings(ROOT_URLCONF="cpa_portal.urls_gateway", MIDDLEWARE=[])
def test_contract_of_the_gateway_is_served_with_its_header(client: Client, tmp_path: Path) -> None:
    root = "/agora-local/v1/"
    asked = {"gateway.wsdl": "wsdl", **{name: f"xsd={name}" for name in local.SCHEMA_NAMES}}
    for name, query in asked.items():
        content = client.get(f"{root}?{query}").content
        # Beside each other, as a client that fetches them by their addresses has them.
        (tmp_path / name).write_bytes(content.replace(b"https://testserver/agora-local/v1/?xsd=", b""))

    document = zeep.Client(str(tmp_path / "gateway.wsdl"))

    assert client.get(f"{root}?xsd=autre.xsd").status_code == 404
    operations = document.wsdl.bindings["{urn:cpa:agora:1}AgoraSoap11"].all()
    assert set(operations) == set(Operation.values)
    assert all(operation.input.header is not None for operation in operations.values())


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="cpa_portal.urls_gateway", MIDDLEWARE=[])
def test_refusal_over_http_tells_its_trace(client: Client) -> None:
    answer = client.get("/agora-local/v1/")

    assert answer.status_code == 405
    assert Exchange.objects.filter(pk=answer["X-Agora-Trace"]).exists()


# What the database holds --------------------------------------------------------------------------
@pytest.mark.django_db
def test_database_keeps_the_form_of_systems_roles_and_certificates(system: LocalSystem) -> None:
    now = timezone.now()
    certificate = system.certificates.get()
    wrong: list[Callable[[], Any]] = [
        lambda: LocalSystem.objects.create(code="EOS corse", name="x"),
        lambda: LocalSystem.objects.create(code="eos-corse", name="x"),
        lambda: LocalRole.objects.create(system=system, role="role bas", pagm_code="P", starts_at=now),
        lambda: LocalRole.objects.create(
            system=system, role="GESTIONNAIRE", pagm_code="AGORA_PORTAIL", starts_at=now
        ),
        lambda: LocalRole.objects.create(system=system, role="AB", pagm_code="P", starts_at=now, ends_at=now),
        lambda: LocalCertificate.objects.create(
            system=system, fingerprint=certificate.fingerprint, valid_from=now, valid_to=now + timedelta(1)
        ),
        lambda: LocalCertificate.objects.create(system=system, fingerprint="x", valid_from=now, valid_to=now),
    ]

    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
