"""A document taken back by the party that joined it: gone for all, and its trace stays."""

import re

import pytest

from accounts.enums import StaffRole
from accounts.models import Notification, PrivateFile
from rights.enums import FileRole, JournalEventKind, TrainingFileState
from rights.exceptions import DocumentRefused
from rights.models import JournalEvent, TrainingFileDocument
from rights.rules.file_documents import OPEN_TO_REMOVAL, removal_refusal
from rights.services.training_files.documents import add_document, remove_document
from tests.support.access_world import staff
from tests.support.factories.rights import TrainingFileFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

SIRET = "16000000900018"


@pytest.fixture
def training_file(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return TrainingFileFactory(organisation_siret=SIRET)


def joined(training_file, role=FileRole.HOLDER):
    return add_document(
        training_file_id=training_file.pk,
        role=role,
        author=training_file.holder.user,
        name="devis.pdf",
        content=b"%PDF-1.7 devis",
    )


def text_of(response):
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_holder_takes_a_document_back_after_confirming_and_the_trace_stays(
    client, training_file, tmp_path, django_capture_on_commit_callbacks
):
    document = joined(training_file)
    sign_in(client, training_file.holder.user)
    address = f"/mes-dossiers/{training_file.pk}/documents/{document.pk}/retirer/"

    asked = text_of(client.get(address))
    still_there = TrainingFileDocument.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        page = text_of(client.post(address, follow=True))

    event = JournalEvent.objects.get(kind=JournalEventKind.DOCUMENT_REMOVED)
    assert "Ce retrait ne s’annule pas" in asked
    assert still_there
    assert "Le document est retiré du dossier." in page
    assert "Un document joint par le titulaire a été retiré par cette partie" in page
    assert not PrivateFile.objects.filter(pk=document.content_id).exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert event.payload["sha256"] == document.content.sha256
    assert "devis" not in str(event.payload)


def test_organisation_takes_its_own_back_and_the_holder_is_told(client, training_file):
    document = joined(training_file, FileRole.ORGANISATION)
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))

    listed = text_of(client.get(f"/instruction/{training_file.pk}/"))
    client.post(f"/instruction/{training_file.pk}/documents/{document.pk}/retirer/")

    assert "Retirer « devis.pdf »" in listed
    assert not TrainingFileDocument.objects.exists()
    assert Notification.objects.filter(
        dedup_key=f"rights.file_changed:document-removed:{document.pk}"
    ).exists()


def test_document_of_another_party_is_not_taken_back(client, training_file):
    document = joined(training_file, FileRole.ORGANISATION)
    sign_in(client, training_file.holder.user)
    address = f"/mes-dossiers/{training_file.pk}/documents/{document.pk}/retirer/"

    pages = [text_of(client.get(address)), text_of(client.post(address))]

    assert all("seule cette partie peut le retirer" in page for page in pages)
    assert "Retirer «" not in text_of(client.get(f"/mes-dossiers/{training_file.pk}/"))
    assert TrainingFileDocument.objects.exists()
    with pytest.raises(DocumentRefused):
        remove_document(document=document, role=FileRole.HOLDER)


@pytest.mark.parametrize("state", TrainingFileState.values)
def test_document_stays_once_it_may_have_served_to_decide(state):
    refusal = removal_refusal(FileRole.HOLDER, state, FileRole.HOLDER)

    assert (refusal == "") == (state in OPEN_TO_REMOVAL)
    assert not refusal or TrainingFileState(state).label in refusal


def test_file_that_went_on_meanwhile_keeps_its_document(training_file):
    document = joined(training_file)
    type(training_file).objects.filter(pk=training_file.pk).update(state=training_file.state)
    settled = TrainingFileFactory(state=TrainingFileState.PAID)
    kept = joined(settled)

    with pytest.raises(DocumentRefused, match="Payé"):
        remove_document(document=kept, role=FileRole.HOLDER)

    remove_document(document=document, role=FileRole.HOLDER)
    remove_document(document=document, role=FileRole.HOLDER)
    assert JournalEvent.objects.filter(kind=JournalEventKind.DOCUMENT_REMOVED).count() == 1


def test_document_of_another_file_is_not_found(client, training_file):
    document = joined(TrainingFileFactory())
    sign_in(client, training_file.holder.user)

    answer = client.post(f"/mes-dossiers/{training_file.pk}/documents/{document.pk}/retirer/")

    assert answer.status_code == 404
