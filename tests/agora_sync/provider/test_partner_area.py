"""A partner's own area on the listener: what it is told of its calls, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import requests
from django.test import Client
from django.utils import timezone

from agora_sync.faults import FaultCode, SOAPRefusal
from agora_sync.models import Exchange, Partner, PartnerCertificate, PartnerVisit, ServiceStop
from agora_sync.provider.call import CLIENT_CERTIFICATE
from agora_sync.provider.exchange import handle_call
from agora_sync.provider.explanations import ADVICE, CHECKS, explanation, failed_check
from agora_sync.provider.opening import next_window
from cpa_portal.settings.environment import SUNDAY_WINDOW
from tests.support.agora import (
    OTHER_PARTNER,
    PARTNER,
    Caller,
    Signer,
    create_request,
    identity_of,
    read_fault,
)
from tests.support.agora_listener import Listener
from tests.support.factories.accounts import HolderFactory

AREA = "/agora/partenaire/"
PARIS = ZoneInfo("Europe/Paris")
Area = Callable[..., Client]
db = pytest.mark.django_db


@pytest.fixture
def area(settings: Any, pki: Path, partners: dict[str, Partner]) -> Area:
    """A client of the listener's addresses, under the certificate of a partner; no middleware of the site."""
    settings.ROOT_URLCONF = "cpa_portal.urls_agora"
    settings.MIDDLEWARE = ["cpa_portal.kernel.access.AccessMiddleware"]

    def under(code: str | None = PARTNER.code) -> Client:
        der = Signer.named(pki, f"{code}-tls").der if code else None
        return Client(**{CLIENT_CERTIFICATE: der})

    return under


@db
def test_half_a_message_is_among_the_calls_of_whoever_sent_it(caller: Caller) -> None:
    fault = read_fault(handle_call(caller.call(create_request(HolderFactory()), is_whole=False)).content)

    assert fault is not None
    exchange = Exchange.objects.get(pk=fault.details[0]["idTrace"])
    assert exchange.partner is not None
    assert (fault.name, exchange.failed_step, exchange.partner.code) == ("ag:XMLMalForme", 2, PARTNER.code)


def refused_trace(caller: Caller, **changes: Any) -> str:
    """The idTrace of a call of that partner, whose vector has these changes."""
    answer = handle_call(caller.call(create_request(HolderFactory()), caller.assertion(**changes)))
    fault = read_fault(answer.content)
    return fault.details[0]["idTrace"] if fault else str(Exchange.objects.latest("created_at").pk)


def other_audience(caller: Caller) -> dict[str, Any]:
    return {"identity": replace(identity_of(caller.partner), audience="urn:secret")}


@db
@pytest.mark.parametrize(
    ("changes", "step", "said"),
    [
        ({"ends_in": -1, "starts_in": -100}, 9, "expiré à sa réception"),
        ({"is_signed": False}, 8, "pas signée"),
        ("audience", 11, "Audience"),
    ],
    ids=["expired", "unsigned", "audience"],
)
def test_trace_typed_in_gives_the_step_and_what_to_look_at(
    area: Area, caller: Caller, changes: Any, step: int, said: str
) -> None:
    trace_id = refused_trace(caller, **(other_audience(caller) if changes == "audience" else changes))

    asked = area().post(f"{AREA}traces/", {"trace": f" {trace_id} "})
    page = area().get(asked["Location"]).content.decode()
    told = area().get(f"{AREA}traces/{trace_id}.json").json()

    assert asked.status_code == 303
    assert f"Appel refusé à l’étape {step}" in page
    assert said in page
    assert (told["idTrace"], told["etape"]) == (trace_id, step)
    assert said in told["explication"]
    for kept_for_us in ("urn:", "secret", caller.partner.issuer):
        assert kept_for_us not in page


@db
def test_call_refused_before_the_channel_is_found_by_who_made_it(area: Area, caller: Caller) -> None:
    handle_call(caller.call(create_request(HolderFactory()), content_type="application/json"))

    told = area().get(f"{AREA}traces/{Exchange.objects.get().pk}.json").json()

    assert (told["etape"], told["code"]) == (2, "ag:TypeContenu")
    assert "Content-Type" in told["explication"]


@db
def test_call_that_was_answered_says_so(area: Area, caller: Caller) -> None:
    trace_id = refused_trace(caller)

    assert "Appel abouti" in area().get(f"{AREA}traces/{trace_id}/").content.decode()


@db
@pytest.mark.parametrize("form", ["/", ".json"])
def test_unknown_and_foreign_traces_look_the_same(area: Area, caller: Caller, form: str) -> None:
    foreign = refused_trace(caller, is_signed=False)
    client = area(OTHER_PARTNER.code)

    unknown = client.get(f"{AREA}traces/{uuid4()}{form}")
    of_another = client.get(f"{AREA}traces/{foreign}{form}")

    assert (unknown.status_code, of_another.status_code) == (404, 404)
    assert unknown.content == of_another.content
    assert set(PartnerVisit.objects.values_list("partner__code", "was_found")) == {("other-partner", False)}


@db
def test_what_is_no_trace_is_not_repeated(area: Area) -> None:
    response = area().post(f"{AREA}traces/", {"trace": "185017505600149"})

    assert response.status_code == 400
    assert "Un identifiant de trace a la forme" in response.content.decode()
    assert "185017505600149" not in response.content.decode()


@db
@pytest.mark.parametrize(
    "address", [AREA, "/agora/partenaire.json", f"{AREA}traces/{uuid4()}/"], ids=["", "j", "t"]
)
@pytest.mark.parametrize("code", [None, "revoked-partner"], ids=["nobody", "revoked"])
def test_who_may_not_open_a_channel_sees_nothing(area: Area, address: str, code: str | None) -> None:
    response = area(code).get(address)

    assert response.status_code == 403
    assert "ouvrir ce canal" in response.content.decode()
    assert not PartnerVisit.objects.exists()


@db
def test_certificate_that_is_not_registered_sees_nothing(area: Area) -> None:
    PartnerCertificate.objects.filter(partner__code=PARTNER.code, kind="tls").update(
        revoked_at=timezone.now()
    )

    assert area().get(AREA).status_code == 403


@db
def test_partner_that_is_cut_off_is_told_to_come_back(area: Area) -> None:
    Partner.objects.filter(code=PARTNER.code).update(cut_off_at=timezone.now())

    response = area().get(AREA)

    assert (response.status_code, response["Retry-After"]) == (503, "3600")


@db
def test_visits_of_one_partner_are_bounded_and_written(area: Area, settings: Any) -> None:
    settings.PARTNER_VISITS = 2
    statuses = [area().get(AREA).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert area(OTHER_PARTNER.code).get(AREA).status_code == 200
    assert PartnerVisit.objects.filter(partner__code=PARTNER.code).count() == 2


@db
def test_form_of_another_site_is_refused(area: Area) -> None:
    sent = {"trace": str(uuid4())}

    assert area().post(f"{AREA}traces/", sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert area().post(f"{AREA}traces/", sent, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


@db
def test_area_tells_clock_window_certificates_and_versions(area: Area, caller: Caller, settings: Any) -> None:
    settings.AGORA_MAINTENANCE_WINDOWS = [SUNDAY_WINDOW]
    refused_trace(caller, is_signed=False)
    PartnerCertificate.objects.filter(partner__code=PARTNER.code, kind="vi").update(
        valid_to=timezone.now() + timedelta(days=20, hours=1)
    )

    told = area().get("/agora/partenaire.json").json()
    page = area().get(AREA).content.decode()

    begins = datetime.fromisoformat(told["prochainePlage"]["debut"])
    assert (begins.weekday(), begins.hour) == (6, 22)
    assert {"version": "v1", "retraitLe": None} in told["versions"]
    assert told["ecartHorloge"] is None
    left = {one["usage"]: one["joursRestants"] for one in told["certificats"]}
    # Counted from day to day: one more in the last hour of the evening.
    assert left[f"Signature du vecteur, {PARTNER.application}"] in {20, 21}
    assert page.count("À renouveler") == 1
    assert OTHER_PARTNER.name not in page


@db
@pytest.mark.parametrize("skew", [-240, 0, 45, 90], ids=["late", "right", "ahead", "too far ahead"])
def test_skew_is_that_of_the_vectors_signed_refused_ones_too(area: Area, caller: Caller, skew: int) -> None:
    for _ in range(3):
        refused_trace(caller, starts_in=skew, ends_in=skew + 290, issued_in=skew)

    told = area().get("/agora/partenaire.json").json()["ecartHorloge"]

    assert told["vecteurs"] == 3
    # The vectors were made a moment before they came; a slow machine takes its time.
    assert skew - 60 < told["secondes"] <= skew + 1


@db
def test_service_that_is_stopped_is_said(area: Area) -> None:
    ServiceStop.objects.create(reason="essai")

    assert area().get("/agora/partenaire.json").json()["service"] == "ferme"


@pytest.mark.parametrize(
    ("at", "begins"),
    [
        (datetime(2026, 3, 2, 12, tzinfo=PARIS), datetime(2026, 3, 8, 22, tzinfo=PARIS)),
        (datetime(2026, 3, 8, 22, 30, tzinfo=PARIS), datetime(2026, 3, 8, 22, tzinfo=PARIS)),
        (datetime(2026, 3, 8, 23, tzinfo=PARIS), datetime(2026, 3, 15, 22, tzinfo=PARIS)),
        (
            datetime(2026, 7, 5, 19, 59, tzinfo=ZoneInfo("UTC")),
            datetime(2026, 7, 5, 20, tzinfo=ZoneInfo("UTC")),
        ),
    ],
    ids=["monday", "inside", "just over", "summer"],
)
def test_next_window_is_the_one_that_is_not_over(at: datetime, begins: datetime) -> None:
    window = next_window([SUNDAY_WINDOW], at)

    assert window is not None
    assert window == (begins, begins + timedelta(hours=1))
    assert next_window([], at) is None


@pytest.mark.parametrize(
    "code", [code for code in FaultCode if code.prefix != "soap"], ids=lambda code: code.name
)
def test_every_fault_has_its_explanation_without_a_value(code: FaultCode) -> None:
    sentence = explanation(fault_code=code.qualified_name, step=1, check="")

    assert sentence.endswith(".")
    assert code in ADVICE or sentence


@pytest.mark.parametrize(
    ("code", "reason", "check"),
    [
        (FaultCode.INVALID_VI, "vector already used", "replayed"),
        (FaultCode.INVALID_VI, "recipient 'urn:x', expected 'urn:y'", "recipient"),
        (FaultCode.INVALID_VI, "IssueInstant 'hier'", "date_form"),
        (FaultCode.FAILED_CHECK, "ValueError: certificate not registered for this channel", "unregistered"),
        (FaultCode.FAILED_CHECK, "CertificateRefused: revoked", "revoked"),
        (FaultCode.TOKEN_INVALID, "2 assertions", "assertions"),
        (FaultCode.INVALID_PAGM, "[] for eos-demo, held []", "none"),
        (FaultCode.INVALID_PAGM, "['X'] for eos-demo, held ['Y']", "not_held"),
        (FaultCode.INVALID_PAGM, "'gestion' signed by eos-demo", "other_application"),
        (FaultCode.SCHEMA, "anything", ""),
    ],
)
def test_reason_names_the_check_that_failed(code: FaultCode, reason: str, check: str) -> None:
    assert failed_check(SOAPRefusal(code, 9, reason)) == check


def test_names_of_checks_fit_their_column_and_are_given_once() -> None:
    for checks in CHECKS.values():
        names = [check.name for check in checks]
        assert len(set(names)) == len(names)
        assert max(map(len, names)) <= Exchange._meta.get_field("failed_check").max_length


@pytest.mark.xdist_group("agora_listener")
def test_listener_serves_the_area_to_a_certificate_alone(listener: Listener, pki: Path) -> None:
    address = f"{listener.url.removesuffix('v1/')}partenaire/"
    authority = str(pki / "ca.pem")
    certificate = (str(pki / "partner-tls.pem"), str(pki / "partner-tls.key"))

    known = requests.get(address, cert=certificate, verify=authority, timeout=30)
    nobody = requests.get(address, verify=authority, timeout=30)
    style = requests.get(f"{address}style.css", verify=authority, timeout=30)

    assert known.status_code == 200
    assert PARTNER.name in known.text
    assert "default-src 'none'" in known.headers["Content-Security-Policy"]
    assert nobody.status_code == 403
    assert PARTNER.name not in nobody.text
    assert style.headers["Content-Type"].startswith("text/css")
