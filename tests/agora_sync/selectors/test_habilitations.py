"""Who could do what: the answer of the page against the steps of the verification, on histories drawn at random."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from agora_sync.contract import Operation, Version
from agora_sync.enums import ApprovalSide, CertificateKind
from agora_sync.faults import SOAPRefusal
from agora_sync.models import (
    PAGM,
    ContractOpening,
    PAGMAssignment,
    PAGMRight,
    Partner,
    PartnerApplication,
    PartnerCertificate,
    ServiceStop,
    TransmissionDelegation,
)
from agora_sync.provider.channel import require_not_cut_off
from agora_sync.provider.habilitation import Presented, require_entitled
from agora_sync.provider.opening import require_open
from agora_sync.provider.standing import Standing, delegated_standing, standing_of
from agora_sync.selectors.habilitations import habilitations_at
from agora_sync.vector.claims import Claims
from cpa_portal.settings.environment import SUNDAY_WINDOW
from tests.support.factories.agora_sync import approve

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 12, tzinfo=timezone.get_default_timezone())
HOUR = timedelta(hours=1)
HOURS = 6
OPERATIONS = (Operation.CREATE_FILE, Operation.LIST_FILES)


class History:
    """Three partners of this environment and one of another, with dates drawn on whole hours: instants meet ends."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self.channels: list[bytes] = []
        self.signers: list[str] = []
        self.partners = [self._partner(code) for code in ("a", "b", "c", "d")]
        Partner.objects.filter(code="d").update(environment="production")
        for delegator, delegate in itertools.permutations(self.partners, 2):
            if self.draw.random() < 0.6:
                self._delegation(delegator, delegate)
        if self.draw.random() < 0.5:
            starts_at, lifted_at = self._dates()
            ServiceStop.objects.create(reason="essai", lifted_at=lifted_at)
            ServiceStop.objects.update(started_at=starts_at)
        for partner in self.partners:
            if self.draw.random() < 0.3:
                Partner.objects.filter(pk=partner.pk).update(cut_off_at=self._hour())

    def _hour(self) -> datetime:
        return START + self.draw.randrange(HOURS) * HOUR

    def _dates(self) -> tuple[datetime, datetime]:
        begins, ends = sorted(self.draw.sample(range(HOURS + 1), 2))
        return START + begins * HOUR, START + ends * HOUR

    def _maybe(self, instant: datetime) -> datetime | None:
        return instant if self.draw.random() < 0.5 else None

    def _partner(self, code: str) -> Partner:
        partner = Partner.objects.create(
            code=code,
            name=code,
            siret="16090001500019",
            issuer=f"urn:{code}",
            environment=settings.AGORA_ENVIRONMENT,
        )
        pagms = [PAGM.objects.create(partner=partner, code=name, label=name) for name in ("P", "Q")]
        application = PartnerApplication.objects.create(partner=partner, code=f"{code}-x", name=code)
        self._certificate(partner, CertificateKind.TLS, application)
        self._certificate(partner, CertificateKind.VI, application)
        for pagm in pagms:
            starts_at, ends_at = self._dates()
            self._approve(
                PAGMAssignment.objects.create(
                    application=application, pagm=pagm, starts_at=starts_at, ends_at=self._maybe(ends_at)
                )
            )
            for operation in OPERATIONS:
                ends_at = self._maybe(self._dates()[1])
                self._approve(PAGMRight.objects.create(pagm=pagm, operation=operation, ends_at=ends_at))
        self._opening(partner)
        return partner

    def _opening(self, partner: Partner) -> None:
        starts_at, ends_at = self._dates()
        ContractOpening.objects.create(
            partner=partner,
            version=Version.V1,
            starts_at=starts_at - 4 * HOUR,
            ends_at=ends_at + HOUR,
            withdrawal_announced_at=START - 9 * HOUR,
        )

    def _certificate(self, partner: Partner, kind: CertificateKind, application: PartnerApplication) -> None:
        der = f"{partner.code}-{kind}".encode()
        starts_at, ends_at = self._dates()
        registered = PartnerCertificate.objects.create(
            partner=partner,
            application=application,
            kind=kind,
            fingerprint=sha256(der).hexdigest(),
            valid_from=starts_at - 3 * HOUR,
            valid_to=ends_at + HOUR,
            revoked_at=self._hour() if self.draw.random() < 0.2 else None,
        )
        if kind == CertificateKind.TLS:
            self.channels.append(der)
        else:
            self.signers.append(registered.fingerprint)

    def _approve(self, mapping: PAGMAssignment | PAGMRight) -> None:
        for side in ApprovalSide:
            if self.draw.random() < 0.9:
                approve(mapping, sides=[side], at=self._hour() - 2 * HOUR)

    def _delegation(self, delegator: Partner, delegate: Partner) -> None:
        starts_at, ends_at = self._dates()
        TransmissionDelegation.objects.create(
            delegator=delegator,
            delegate=delegate,
            notice="Lettre",
            notified_at=START - 9 * HOUR,
            starts_at=starts_at,
            ends_at=self._maybe(ends_at),
            revoked_at=self._hour() if self.draw.random() < 0.2 else None,
        )

    def calls(self) -> Iterator[tuple[bytes, str, str, Operation]]:
        return itertools.product(self.channels, self.signers, ("P", "Q"), OPERATIONS)


_numbers = itertools.count()


class Verification:
    """The steps that depend on what is registered, as the provider runs them."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.standing = cache(lambda channel: standing_of(channel, at=at))
        self.speaking = cache(self._speaking)

    def _speaking(self, channel: bytes, signer: str) -> Standing | None:
        standing = self.standing(channel)
        assert standing.partner is not None
        if signer in standing.by_certificate:
            return standing
        return delegated_standing(standing.partner, signer=signer, at=self.at)

    def lets_through(self, channel: bytes, signer: str, profile: str, operation: Operation) -> bool:
        standing = self.standing(channel)
        try:
            require_open(at=self.at, is_stopped=standing.is_stopped)
            if standing.partner is None:
                return False
            require_not_cut_off(standing.partner, at=self.at)
            speaking = self.speaking(channel, signer)
            if speaking is None or speaking.partner is None:
                return False
            require_not_cut_off(speaking.partner, at=self.at)
            claims = vector_of(speaking.partner, profile, self.at)
            require_entitled(
                Presented(claims, speaking.by_certificate[signer], speaking), operation, Version.V1
            )
        except SOAPRefusal:
            return False
        return True


def vector_of(partner: Partner, profile: str, at: datetime) -> Claims:
    given: dict[str, Any] = {
        **dict.fromkeys(("issued_at", "starts_at", "confirmation_starts_at", "session_ends_at"), at),
        **dict.fromkeys(("ends_at", "confirmation_ends_at"), at + HOUR),
        "assertion_id": f"_{next(_numbers)}",
        "issuer": partner.issuer,
        "name_id": "agent",
        "recipient": settings.AGORA_RECIPIENT,
        "audience_restrictions": ((settings.AGORA_AUDIENCE,),),
        "authn_contexts": (),
        "pagm_codes": (profile,),
        "body_digests": None,
    }
    return Claims(**given)


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_page_says_what_the_verification_decides(seed: int) -> None:
    history, answers = History(seed), set()

    for hours in range(HOURS + 1):
        at = START + hours * HOUR
        told, verification = habilitations_at(at), Verification(at)
        for channel, signer, profile, operation in history.calls():
            fingerprint = sha256(channel).hexdigest()
            said = told.allows(channel=fingerprint, signer=signer, profile=profile, operation=operation)
            decided = verification.lets_through(channel, signer, profile, operation)
            answers.add(said)
            assert said == decided, (seed, hours, channel, signer, profile, operation)

    # A history in which nothing ever passes would prove nothing.
    assert answers == {True, False}


def test_cut_off_that_was_lifted_still_closed_its_time(partners: dict[str, Partner]) -> None:
    begun = timezone.now() - HOUR
    Partner.objects.filter(code="partner").update(cut_off_at=begun)
    Partner.objects.filter(code="partner").update(cut_off_at=None)

    then = habilitations_at(begun + HOUR / 2, partner_code="partner").rows
    now = habilitations_at(timezone.now() + HOUR, partner_code="partner").rows

    assert then
    assert {row.is_cut_off for row in then} == {True}
    assert {row.is_cut_off for row in now} == {False}


def test_nobody_could_do_anything_in_a_window(partners: dict[str, Partner], settings: Any) -> None:
    settings.AGORA_MAINTENANCE_WINDOWS = [SUNDAY_WINDOW]
    sunday = datetime(2026, 3, 8, 22, 59, 59, tzinfo=ZoneInfo("Europe/Paris"))

    assert habilitations_at(sunday).is_closed
    assert not habilitations_at(sunday + timedelta(seconds=1)).is_closed


def test_what_waits_for_a_word_is_listed(partners: dict[str, Partner]) -> None:
    pagm = PAGM.objects.get(partner=partners["partner"], code="AGORA_LECTURE")
    right = PAGMRight.objects.create(pagm=pagm, operation=Operation.CREATE_FILE)

    assert habilitations_at(timezone.now()).pending == [right]
    approve(right)
    assert habilitations_at(timezone.now()).pending == []


def test_number_of_queries_does_not_depend_on_what_is_registered(
    partners: dict[str, Partner], django_assert_num_queries: Any
) -> None:
    for code in ("partner", ""):
        with django_assert_num_queries(10):
            habilitations_at(timezone.now(), partner_code=code)
