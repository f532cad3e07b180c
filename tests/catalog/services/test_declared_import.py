"""The public list of training organisations: read, compared, imported, and what it says of those of the offer."""

import datetime

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from catalog.enums import FindingAction, ImportKind, OrderState, QualityScope
from catalog.exceptions import UnreadableFile
from catalog.models import DeclaredOrganisation, ImportRun, Organisation
from catalog.services.declared_import import import_list
from catalog.services.import_orders import confirm_order, hand_over
from catalog.services.import_work import work_on_orders
from cpa_portal.kernel.identifiers import fictitious_siret
from tests.support.factories.accounts import UserFactory
from tests.support.factories.catalog import TODAY, OrganisationFactory, TrainingFactory

pytestmark = pytest.mark.django_db

HEADER = (
    "numeroDeclarationActivite;numerosDeclarationActivitePrecedent;denomination;siren;siretEtablissementDeclarant;"
    "certifications.actionsDeFormation;certifications.bilansDeCompetences;certifications.VAE;"
    "certifications.actionsDeFormationParApprentissage;informationsDeclarees.dateDerniereDeclaration;"
)
FIRST, SECOND = fictitious_siret(50_001), fictitious_siret(50_002)
NEXT_DAY = TODAY + datetime.timedelta(days=1)


def line(
    nda="94202000001",
    siret=FIRST,
    name="CENTRE D'ESSAI",
    former="",
    flags="true;false;;true",
    day="31/05/2025",
):
    return f"{nda};{former};{name};{siret[:9]};{siret};{flags};{day};"


def text(*lines):
    return "\n".join([HEADER, *lines]) + "\n"


@pytest.fixture
def listed(tmp_path):
    def write(*lines, content=None):
        path = tmp_path / "liste.csv"
        path.write_bytes(content if content is not None else text(*lines).encode("utf-8-sig"))
        return path

    return write


def imported(path, today=TODAY):
    return import_list(path=path, today=today)


def rules(run):
    return sorted(run.findings.values_list("rule", "action"))


def test_list_is_stored_with_what_each_certificate_is_for(listed):
    run = imported(
        listed(line(former="94202000009,11750000001"), line("11750000002", SECOND, flags="false;;;false"))
    )

    first, second = DeclaredOrganisation.objects.order_by("-nda")
    assert (first.name, first.siren, first.siret) == ("CENTRE D'ESSAI", FIRST[:9], FIRST)
    assert first.qualiopi_for == [QualityScope.TRAINING, QualityScope.APPRENTICESHIP]
    assert (first.previous_ndas, first.declared_on) == (
        ["94202000009", "11750000001"],
        datetime.date(2025, 5, 31),
    )
    assert (second.qualiopi_for, second.listed_on, second.delisted_on) == ([], TODAY, None)
    assert (run.position, run.created, run.refused, run.repaired) == (2, 2, 0, 0)


def test_same_list_again_writes_nothing(listed):
    path = listed(line())
    imported(path)

    run = imported(path, NEXT_DAY)

    assert (run.created, run.changed, run.closed) == (0, 0, 0)
    assert DeclaredOrganisation.objects.get().listed_on == TODAY


def test_organisation_that_leaves_the_list_is_dated_and_comes_back(listed):
    both = listed(line(), line("11750000002", SECOND)).read_bytes()
    imported(listed(content=both))

    gone = imported(listed(line("11750000002", SECOND)), NEXT_DAY)
    assert gone.closed == 1
    assert DeclaredOrganisation.objects.get(nda="94202000001").delisted_on == NEXT_DAY

    imported(listed(content=both), NEXT_DAY)
    assert not DeclaredOrganisation.objects.exclude(delisted_on=None).exists()


def test_organisations_of_the_offer_follow_the_list(listed):
    certified = OrganisationFactory(siret=FIRST, is_qualiopi=None)
    declared = OrganisationFactory(siret=SECOND, is_qualiopi=None)
    unknown = OrganisationFactory(is_qualiopi=None)
    imported(listed(line(), line("11750000002", SECOND, flags="false;false;false;false")))

    def said():
        return [Organisation.objects.get(pk=row.pk).is_qualiopi for row in (certified, declared, unknown)]

    assert said() == [True, False, None]

    imported(listed(line("11750000002", SECOND)), NEXT_DAY)
    assert said() == [False, True, None]


@pytest.mark.parametrize(
    ("wrong", "rule", "action", "kept"),
    [
        (line(nda="99999999999"), "nda_specimen", "refused", 0),
        (line(nda=""), "required_missing", "refused", 0),
        (line().replace(FIRST[:9] + ";", "123456789;", 1), "siren_key", "refused", 0),
        (line().replace(FIRST[:9] + ";", "١٢٣٤٥٦٧٨٩;", 1), "siren_characters", "refused", 0),
        (line().replace(f";{FIRST};", f";{FIRST[9:]};"), "siret_nic", "repaired", 1),
        (line().replace(f";{FIRST};", f";{SECOND};"), "siret_of_another", "refused", 1),
        (line(flags="oui;;;"), "code_unknown", "refused", 1),
        (line(day="31/02/2025"), "date_impossible", "refused", 1),
        (line(former="123"), "nda_length", "refused", 1),
        (line(name="L''ESSAI"), "apostrophe_doubled", "repaired", 1),
        (line() + "\n" + line(name="AUTRE"), "duplicate_number", "refused", 1),
    ],
    ids=["specimen", "no number", "siren key", "arabic siren", "old siret", "siret of another", "flag", "date",
         "former number", "apostrophe", "twice"],
)  # fmt: skip
def test_dirt_is_reported_and_the_rest_stored(listed, wrong, rule, action, kept):
    run = imported(listed(wrong, line("11750000002", SECOND)))

    assert (rule, FindingAction(action)) in rules(run)
    assert DeclaredOrganisation.objects.count() == 1 + kept
    assert run.refused + run.repaired == run.findings.count()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a;b\n1;2\n", "header_unknown"),
        (text().encode(), "list_empty"),
        (text("99999999999;;X;1;;;;;;;").encode(), "list_empty"),
        (text(line(name="É")).encode("latin-1"), "file_unreadable"),
        (b"", "header_unknown"),
    ],
    ids=["another table", "no line", "no line to keep", "latin-1", "empty"],
)
def test_list_that_cannot_be_read_takes_nobody_off(listed, content, code):
    imported(listed(line()))
    runs = ImportRun.objects.count()

    with pytest.raises(UnreadableFile) as refusal:
        imported(listed(content=content), NEXT_DAY)

    assert refusal.value.code == code
    assert DeclaredOrganisation.objects.get().delisted_on is None
    assert ImportRun.objects.count() == runs


def test_list_handed_over_is_compared_then_imported(listed):
    imported(listed(line(), line("11750000002", SECOND)))
    upload = ContentFile(text(line(name="CENTRE NEUF")).encode(), name="lpof.csv")
    order = hand_over(kind=ImportKind.ORGANISATIONS, upload=upload, user=UserFactory())
    work_on_orders(today=NEXT_DAY)
    order.refresh_from_db()
    assert order.trial.difference["changed"] == ["CENTRE NEUF (94202000001)"]
    assert DeclaredOrganisation.objects.filter(delisted_on=None).count() == 2

    confirm_order(order=order)
    work_on_orders(today=NEXT_DAY)

    order.refresh_from_db()
    trial, run = order.trial, order.run
    assert order.state == OrderState.DONE
    assert (trial.created, trial.changed, trial.closed) == (run.created, run.changed, run.closed) == (0, 1, 1)


@pytest.mark.parametrize(
    "wrong",
    [{"siren": "12"}, {"siret": SECOND}, {"delisted_on": TODAY - datetime.timedelta(days=1)}],
    ids=["siren", "siret of another", "left before it came"],
)
def test_database_refuses_what_no_list_says(listed, wrong):
    imported(listed(line()))

    with pytest.raises(IntegrityError), transaction.atomic():
        DeclaredOrganisation.objects.update(**wrong)


@pytest.mark.parametrize("page", ["/organismes/{organisation}/", "/formations/{training}/"])
def test_page_says_the_standing_of_an_organisation_and_since_when(client, listed, page):
    organisation = OrganisationFactory(siret=FIRST)
    training = TrainingFactory(organisation=organisation)
    address = page.format(organisation=organisation.pk, training=training.pk)
    imported(listed(line(former="94202000009")))

    said = client.get(address).content.decode()
    assert (
        "Inscrit, vu sur la liste depuis le 2 mars 2026, dernière déclaration le 31 mai 2025 ; "
        "Qualiopi pour actions de formation, apprentissage" in said
    )
    assert "numéros précédents : 94202000009" in said

    imported(listed(line("11750000002", SECOND)), NEXT_DAY)
    assert "N’y figure plus depuis le 3 mars 2026" in client.get(address).content.decode()
