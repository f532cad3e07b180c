"""The copy of everything held: every table that leads to a person is in it, in the file and in the document."""

import io
import json
import uuid
from datetime import date

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from pypdf import PdfReader

from accounts.enums import DelegatedAct, DelegateKind
from accounts.models import Consent, ConsentAct, DataRequestKind, DeathRecord, Holder
from accounts.selectors.personal_data import copied_tables, full_copy, retention_rules, tables_not_copied
from accounts.selectors.personal_document import blocks_of, in_words, personal_document
from accounts.services.access_log import record_consultation
from accounts.services.activation import send_activation_code
from accounts.services.data_requests import record_after_death_instruction, submit_data_request
from accounts.services.delegations import accept_delegation, act_under, give_delegation
from accounts.services.identity_proofs import send_proof_code
from accounts.services.messages import announce_linked_account
from accounts.services.private_files import store_private_file
from accounts.services.spending import block_own_account
from agora_sync.contract import Operation
from agora_sync.enums import ConflictChoice, Direction, ExchangeState, GapKind, GapStep
from agora_sync.models import (
    ConflictDecision,
    Correction,
    CorrectionBatch,
    Exchange,
    FileContribution,
    FileDeclaration,
    FileReading,
    FileRecord,
    Gap,
    GapEvent,
    Handling,
    HandlingEntry,
    HolderPull,
    ItemConflict,
    Partner,
    ReceivedRequest,
    SendingBack,
)
from catalog.models import KeptTraining
from cep.enums import BookingAction, BookingStatus, ImpactCause, RequestChannel
from cep.models import BookingEvent, GroupSession, Impact, Seat, WaitingEntry
from cep.services.first_exchange import open_request
from rights.enums import FileRole, PointsOutcome, PointsUse, Scheme
from rights.models import Declaration, Repayment, RepaymentReceipt
from rights.services.corrections import record_undue_sum
from rights.services.points import answer_points, request_points
from rights.services.statements import draw_statement
from rights.services.training_files.documents import add_document
from rights.services.training_files.messaging import send_message
from tests.support.factories.accounts import HolderFactory, SituationFactory, UserFactory
from tests.support.factories.agora_sync import requested_file
from tests.support.factories.catalog import SavedSearchFactory, TrainingFactory, TrainingReportFactory
from tests.support.factories.cep import BookingFactory
from tests.support.factories.rights import CounterFactory

ROOMS = {"accounts", "catalog", "rights", "cep", "agora_sync"}


def tables_that_lead_to_a_person():
    """The models from which foreign keys, followed one after another, reach a holder."""
    found = {Holder}
    while True:
        reached = {
            model
            for model in apps.get_models()
            if model._meta.app_label in ROOMS
            and any(field.remote_field and field.related_model in found for field in model._meta.fields)
        }
        if reached <= found:
            return {model._meta.label for model in found}
        found |= reached


def test_every_table_that_leads_to_a_person_is_copied_or_says_why_not():
    assert tables_that_lead_to_a_person() == set(copied_tables()) | set(tables_not_copied())
    assert not set(copied_tables()) & set(tables_not_copied())
    assert all(tables_not_copied().values())


def test_every_table_that_leads_to_a_person_has_a_retention_rule():
    ruled = {label for rule in retention_rules() for label in rule.models}

    # What is kept with the row that it serves has no duration of its own.
    assert tables_that_lead_to_a_person() - ruled <= set(tables_not_copied())


@pytest.fixture
def known_everywhere(db):
    """A person with at least one row in every table of the copy."""
    holder = HolderFactory(birth_name="Rossi-Fontaine", postal_address="12 rue des Lilas\n20000 Ajaccio")
    SituationFactory(holder=holder)
    Consent.objects.create(
        holder=holder, purpose="conseil", beneficiary="op", text_version="1", act=ConsentAct.GIVEN
    )
    record_consultation(actor=UserFactory(rssi=True), holder=holder, purpose="Audit", what="Identité")
    store_private_file(name="releve.pdf", content=b"%PDF", owner_holder=holder)
    announce_linked_account(holder=holder, user=holder.user)
    send_activation_code(holder=holder)
    send_proof_code(holder=holder, user=holder.user, now=timezone.now())
    submit_data_request(
        holder=holder, kind=DataRequestKind.RECTIFICATION, text="Un nom", today=date(2026, 3, 3)
    )
    record_after_death_instruction(holder=holder, text="Effacez tout")
    Declaration.objects.create(
        holder=holder,
        kind="activity",
        year=2024,
        reference="C1",
        version=1,
        facts={"share": "1"},
        source="dsn",
    )
    mandate(holder)
    training_file = requested_file(holder)
    send_message(training_file_id=training_file.pk, role=FileRole.HOLDER, author=holder.user, body="Bonjour")
    add_document(
        training_file_id=training_file.pk,
        role=FileRole.HOLDER,
        author=holder.user,
        name="devis.pdf",
        content=b"%PDF-1.7",
    )
    draw_statement(holder=holder, address="/verifier/")
    due = record_undue_sum(
        holder=holder, amount_cents=5_000, reason="Trop versé", reference="D1", ordered_on=date(2026, 3, 3)
    )
    repayment = Repayment.objects.create(due=due, amount_cents=100, announced_on=date(2026, 3, 3))
    RepaymentReceipt.objects.create(repayment=repayment, amount_cents=100, received_on=date(2026, 3, 9))
    points = CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)
    asked = request_points(
        key=uuid.uuid4(), holder=points.holder, use=PointsUse.TRAINING, points=3, today=date(2026, 3, 3)
    )
    answer_points(request=asked, outcome=PointsOutcome.REFUSED, answered_on=date(2026, 3, 9), source="Carsat")
    block_own_account(holder=holder, user=holder.user)
    booking = BookingFactory(holder=holder)
    Impact.objects.create(booking=booking, cause=ImpactCause.ABSENCE)
    session = GroupSession.objects.create(
        adviser=booking.adviser, site=booking.site, title="Atelier", span=booking.span, capacity=12
    )
    Seat.objects.create(session=session, holder=holder)
    WaitingEntry.objects.create(holder=holder, site=booking.site, mode=booking.mode)
    open_request(holder=holder, site=booking.site, channel=RequestChannel.ONLINE, now=timezone.now())
    BookingEvent.objects.create(
        booking=booking, action=BookingAction.BOOK, status_after=BookingStatus.CONFIRMED
    )
    KeptTraining.objects.create(holder=holder, training=TrainingFactory())
    SavedSearchFactory(holder=holder)
    TrainingReportFactory(holder=holder)
    flows(holder, training_file)
    return holder


def mandate(holder):
    today = timezone.localdate()
    given, code = give_delegation(
        holder=holder,
        kind=DelegateKind.MANDATEE,
        delegate_name="Aidante",
        acts=[DelegatedAct.READ_RIGHTS],
        starts_on=today,
        ends_on=today,
        now=timezone.now(),
    )
    helper = UserFactory()
    accept_delegation(user=helper, code=code, origin="127.0.0.1", now=timezone.now())
    act_under(delegation=given, user=helper, act=DelegatedAct.READ_RIGHTS, what="Droits")
    DeathRecord.objects.create(
        holder=holder, source="Erreur corrigée", recorded_by=UserFactory(administrator=True)
    )


def flows(holder, training_file):
    partner = Partner.objects.create(
        code="p", name="Partenaire", siret="16000000900018", issuer="urn:p", environment="recette"
    )
    exchange = Exchange.objects.create(
        direction=Direction.INCOMING,
        operation="CreerDossier",
        state=ExchangeState.DONE,
        holder=holder,
        partner=partner,
    )
    refused = Exchange.objects.create(
        direction=Direction.OUTGOING,
        operation="CreerDossier",
        state=ExchangeState.REFUSED,
        holder=holder,
        training_file=training_file,
    )
    Correction.objects.create(
        batch=CorrectionBatch.objects.create(made_by=UserFactory()),
        exchange=refused,
        changes={"place": ["", "Corte"]},
    )
    Handling.objects.create(exchange=refused)
    HandlingEntry.objects.create(exchange=refused, actor=UserFactory(), action="noted", note="Vu.")
    SendingBack.objects.create(
        exchange=refused,
        field="place",
        organisation_siret="73282932000074",
        sent_by=UserFactory(),
        due_on=timezone.localdate(),
        message="Où ?",
    )
    HolderPull.objects.create(holder=holder)
    gap = Gap.objects.create(subject="x", kind=GapKind.STATE, holder=holder, training_file=training_file)
    GapEvent.objects.create(gap=gap, step=GapStep.FOUND)
    FileReading.objects.create(training_file=training_file, items='{"formation/lieu": "Corte"}')
    conflict = ItemConflict.objects.create(
        training_file=training_file, item="formation/lieu", here_author="portal", exchange_id=uuid.uuid4()
    )
    ConflictDecision.objects.create(conflict=conflict, choice=ConflictChoice.KEEP, decided_by=UserFactory())
    FileContribution.objects.create(partner=partner, training_file=training_file)
    FileRecord.objects.create(training_file=training_file)
    FileDeclaration.objects.create(
        partner=partner,
        training_file=training_file,
        operation=Operation.DECLARE_PAY,
        day=training_file.session_starts_on,
    )
    ReceivedRequest.objects.create(
        partner=partner,
        request_id=uuid.uuid4(),
        exchange_id=exchange.pk,
        operation="CreerDossier",
        body_sha256="ab" * 32,
        holder=holder,
    )


def test_copy_shows_rows_of_every_table_and_is_json(known_everywhere):
    copy = json.loads(json.dumps(full_copy(known_everywhere), cls=DjangoJSONEncoder))

    empty = [label for label, (room, part) in copied_tables().items() if not rows_at(copy[room], part)]
    assert empty == []


def rows_at(content, part):
    """What the copy holds under `Droits / Écritures`: the parts of every record of the first are put together."""
    found = [content]
    for name in part.split(" / "):
        values = [row[name] for row in found if row.get(name)]
        found = [row for value in values for row in (value if isinstance(value, list) else [value])]
    return found


def test_document_is_tagged_titled_and_says_what_the_copy_says(known_everywhere):
    reader = PdfReader(io.BytesIO(personal_document(known_everywhere)))

    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].lower().startswith("fr")
    assert reader.metadata.title == "Copie de mes données personnelles"
    for said in ("Rossi-Fontaine", "Partenaire", "12 rue des Lilas", "Solde d’ouverture", "Audit"):
        assert said in text, said
    assert "pdfuaid:part" in reader.xmp_metadata.stream.get_data().decode()


def test_documents_are_served_to_the_person(known_everywhere, client):
    client.force_login(known_everywhere.user)

    document = client.get("/mes-donnees/copie.pdf")

    assert document["Content-Type"] == "application/pdf"
    assert document["Cache-Control"].count("no-store") == 1
    assert document.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "Non renseigné"),
        ("", "Non renseigné"),
        (True, "oui"),
        (date(2026, 3, 3), "3 mars 2026"),
        ("2026-03-03", "3 mars 2026"),
        ("2026-03-03T08:05:00+00:00", "3 mars 2026 à 9 h 05"),
        ("2026-99-03", "2026-99-03"),
        ("1962-00-00", "1962-00-00"),
        (42, "42"),
    ],
)
def test_in_words_reads_as_a_person_does(value, words):
    assert in_words(value) == words


def test_blocks_of_nested_records_are_titled_tables():
    blocks = list(blocks_of({"Nom": "A", "Écritures": [{"Rang": 1}, {"Rang": 2}], "Vide": []}, 2))

    assert [block["kind"] for block in blocks] == ["table", "title", "table", "table", "title", "text"]
