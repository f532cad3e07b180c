"""A mapping counts once both sides approved it, each once, by two people, and never changes afterwards."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from agora_sync.contract import Operation
from agora_sync.enums import ApprovalSide, CertificateKind
from agora_sync.exceptions import ApprovalRefused
from agora_sync.models import (
    PAGM,
    CutOff,
    MappingApproval,
    PAGMAssignment,
    PAGMRight,
    Partner,
    PartnerApplication,
    PartnerCertificate,
    PartnerContact,
)
from agora_sync.provider.standing import standing_of
from agora_sync.services.approvals import approve_mappings
from tests.support.factories.accounts import UserFactory
from tests.support.factories.agora_sync import approve

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DAY = timedelta(days=1)
TLS = b"the certificate of the channel"
AGORA, PARTNER = ApprovalSide.AGORA, ApprovalSide.PARTNER


@pytest.fixture
def partner() -> Partner:
    return Partner.objects.create(
        code="region", name="Région", siret="16090001500019", issuer="urn:region", environment="recette"
    )


@pytest.fixture
def application(partner: Partner) -> PartnerApplication:
    application = PartnerApplication.objects.create(partner=partner, code="eos", name="EOS")
    for kind, fingerprint in ((CertificateKind.TLS, sha256(TLS).hexdigest()), (CertificateKind.VI, "vi")):
        PartnerCertificate.objects.create(
            partner=partner,
            application=application,
            kind=kind,
            fingerprint=fingerprint,
            valid_from=NOW - DAY,
            valid_to=NOW + DAY,
        )
    return application


@pytest.fixture
def assignment(application: PartnerApplication) -> PAGMAssignment:
    pagm = PAGM.objects.create(partner=application.partner, code="GESTION", label="Gestion")
    return PAGMAssignment.objects.create(application=application, pagm=pagm, starts_at=NOW - DAY)


@pytest.fixture
def right(assignment: PAGMAssignment) -> PAGMRight:
    return PAGMRight.objects.create(pagm=assignment.pagm, operation=Operation.CREATE_FILE)


def held() -> dict[str, frozenset[Operation]]:
    """The profiles that the verification finds now."""
    return standing_of(TLS, at=timezone.now()).by_certificate["vi"].profiles


@pytest.mark.parametrize(
    ("assigned", "opened", "expected"),
    [
        ((), (AGORA, PARTNER), {}),
        ((AGORA,), (AGORA, PARTNER), {}),
        ((PARTNER,), (AGORA, PARTNER), {}),
        ((AGORA, PARTNER), (), {"GESTION": frozenset()}),
        ((AGORA, PARTNER), (AGORA,), {"GESTION": frozenset()}),
        ((AGORA, PARTNER), (PARTNER,), {"GESTION": frozenset()}),
        ((AGORA, PARTNER), (AGORA, PARTNER), {"GESTION": frozenset({Operation.CREATE_FILE})}),
    ],
    ids=["nobody", "agora alone", "partner alone", "no right", "right by agora", "right by partner", "both"],
)
def test_mapping_counts_once_both_sides_approved_it(
    assignment: PAGMAssignment, right: PAGMRight, assigned: Any, opened: Any, expected: Any
) -> None:
    approve(assignment, sides=assigned)
    approve(right, sides=opened)

    assert held() == expected


def test_approval_counts_from_its_own_instant(assignment: PAGMAssignment) -> None:
    approve(assignment, sides=[AGORA])
    approve(assignment, sides=[PARTNER], at=timezone.now() + timedelta(hours=1))

    assert held() == {}


@pytest.mark.parametrize("known", ["assignment", "right"])
def test_second_word_of_one_side_is_refused_and_writes_nothing(
    assignment: PAGMAssignment, right: PAGMRight, known: str
) -> None:
    approve({"assignment": assignment, "right": right}[known], sides=[AGORA])

    with pytest.raises(ApprovalRefused, match="déjà approuvé"):
        approve_mappings(mappings=[assignment, right], side=AGORA, approver="Une Autre", quality="x")

    assert MappingApproval.objects.count() == 1


@pytest.mark.parametrize("name", ["Claire Vautrin", "CLAIRE VAUTRIN ", "Clàire-Vautrin"])
@pytest.mark.parametrize("known", ["assignment", "right"])
def test_one_person_does_not_approve_for_both_sides(
    assignment: PAGMAssignment, right: PAGMRight, name: str, known: str
) -> None:
    mapping = {"assignment": assignment, "right": right}[known]
    approve(mapping, sides=[AGORA])

    with pytest.raises(ApprovalRefused, match="La même personne"):
        approve_mappings(
            mappings=[mapping], side=PARTNER, approver=name, quality="Directrice", reference="Lettre"
        )

    assert not mapping.approvals.filter(side=PARTNER).exists()


def test_agent_does_not_speak_for_the_partner(assignment: PAGMAssignment) -> None:
    agent: User = UserFactory(first_name="Inès", last_name="Colonna")

    with pytest.raises(ApprovalRefused, match="au nom du partenaire"):
        approve_mappings(
            mappings=[assignment],
            side=PARTNER,
            approver="ines colonna",
            quality="Agente",
            reference="Lettre",
            recorded_by=agent,
        )

    assert not MappingApproval.objects.exists()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"reference": ""}, "référence"),
        ({"quality": " "}, "nom et la qualité"),
        ({"approver": " - "}, "nom et la qualité"),
    ],
    ids=["no writing", "no quality", "no name"],
)
def test_approval_of_a_partner_says_who_and_where_it_is_written(
    assignment: PAGMAssignment, said: dict[str, str], reason: str
) -> None:
    whole = {"approver": "Paul Ferrand", "quality": "Directeur", "reference": "Lettre du 3 mars", **said}

    with pytest.raises(ApprovalRefused, match=reason):
        approve_mappings(mappings=[assignment], side=PARTNER, **whole)


# What an approval stands on -----------------------------------------------------------------------
def changes(assignment: PAGMAssignment, right: PAGMRight) -> dict[str, Callable[[], object]]:
    other = PartnerApplication.objects.create(partner=assignment.application.partner, code="b", name="b")
    another = PAGM.objects.create(partner=assignment.application.partner, code="LECTURE", label="Lecture")
    held, opened = PAGMAssignment.objects.filter(pk=assignment.pk), PAGMRight.objects.filter(pk=right.pk)
    return {
        "application": lambda: held.update(application=other),
        "profile": lambda: held.update(pagm=another),
        "start": lambda: held.update(starts_at=NOW - 9 * DAY),
        "operation": lambda: opened.update(operation=Operation.DECLARE_EXIT),
        "profile of a right": lambda: opened.update(pagm=another),
        "name of the profile": lambda: PAGM.objects.filter(pk=right.pagm_id).update(code="X"),
        "name of the application": lambda: PartnerApplication.objects.filter(pk=other.pk).update(code="X"),
        "longer": lambda: held.update(ends_at=NOW + 2 * DAY),
        "for ever": lambda: held.update(ends_at=None),
        "right given back": lambda: opened.update(ends_at=None),
    }


@pytest.mark.parametrize(
    "name",
    [
        "application",
        "profile",
        "start",
        "operation",
        "profile of a right",
        "name of the profile",
        "name of the application",
        "longer",
        "for ever",
        "right given back",
    ],
)
def test_what_was_approved_never_becomes_something_else(
    assignment: PAGMAssignment, right: PAGMRight, name: str
) -> None:
    PAGMAssignment.objects.update(ends_at=NOW + DAY)
    PAGMRight.objects.update(ends_at=NOW + DAY)
    change = changes(assignment, right)[name]

    with pytest.raises(IntegrityError, match=r"never changes|only comes nearer"), transaction.atomic():
        change()


def test_end_comes_nearer_and_an_approval_stays_written(assignment: PAGMAssignment) -> None:
    approve(assignment)

    PAGMAssignment.objects.update(ends_at=NOW + DAY)
    PAGMAssignment.objects.update(ends_at=NOW)

    assert held() == {}
    for change in (lambda: MappingApproval.objects.update(quality="x"), MappingApproval.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_nobody_but_the_database_says_that_both_approved(
    assignment: PAGMAssignment, right: PAGMRight
) -> None:
    PAGMAssignment.objects.update(approved_at=NOW - DAY)
    PAGMRight.objects.update(approved_at=NOW - DAY)
    assert held() == {}

    approve(assignment)
    PAGMAssignment.objects.update(approved_at=None)
    PAGMRight.objects.create(pagm=right.pagm, operation=Operation.DECLARE_EXIT, approved_at=NOW - DAY)

    assert held() == {"GESTION": frozenset()}


def test_right_stands_once_and_may_come_again(right: PAGMRight) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PAGMRight.objects.create(pagm=right.pagm, operation=right.operation)
    PAGMRight.objects.update(ends_at=NOW)

    assert PAGMRight.objects.create(pagm=right.pagm, operation=right.operation).pk


@pytest.mark.parametrize(
    "wrong",
    [{"right": None, "assignment": None}, {"right": "both"}, {"side": "nobody"}],
    ids=["of nothing", "of two", "unknown side"],
)
def test_approval_of_no_mapping_is_refused_by_the_database(
    assignment: PAGMAssignment, right: PAGMRight, wrong: dict[str, Any]
) -> None:
    given = {
        "assignment": assignment,
        "side": AGORA,
        "approver": "x",
        "approver_key": "X",
        "quality": "x",
        **wrong,
    }
    if wrong.get("right") == "both":
        given["right"] = right

    with pytest.raises(IntegrityError), transaction.atomic():
        MappingApproval.objects.create(approved_at=NOW, **given)


# Cut-offs and contacts ----------------------------------------------------------------------------
def test_cut_off_leaves_its_dates_when_it_is_lifted(partner: Partner) -> None:
    Partner.objects.update(cut_off_at=NOW - DAY)
    Partner.objects.update(cut_off_at=None)
    Partner.objects.update(cut_off_at=timezone.now())

    past, present = CutOff.objects.order_by("started_at")
    assert past.started_at == NOW - DAY
    assert past.lifted_at is not None
    assert present.lifted_at is None
    assert not CutOff.objects.in_force(NOW - 2 * DAY).exists()
    assert CutOff.objects.in_force(NOW - DAY / 2).get() == past


@pytest.mark.parametrize(
    "dates",
    [{"lifted_at": NOW - 9 * DAY}, {"lifted_at": None}],
    ids=["lifted before it began", "two at once"],
)
def test_cut_off_that_cannot_be_is_refused_by_the_database(partner: Partner, dates: dict[str, Any]) -> None:
    Partner.objects.update(cut_off_at=NOW - DAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        CutOff.objects.create(partner=partner, started_at=NOW - DAY, **dates)


@pytest.mark.parametrize(
    "wrong",
    [{"role": "cook"}, {"phone": ""}, {"name": "Ada"}],
    ids=["unknown role", "no way to reach", "twice"],
)
def test_contact_that_serves_nobody_is_refused_by_the_database(
    partner: Partner, wrong: dict[str, str]
) -> None:
    PartnerContact.objects.create(partner=partner, role="security", name="Ada", phone="04 95 00 00 00")

    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerContact.objects.create(
            **{"partner": partner, "role": "security", "name": "Bo", "phone": "04 95 00 00 01", **wrong}
        )
