"""Documents of a training file: what is kept, who opens it, what is written of it."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import Notification, PrivateFile
from accounts.retention import people_dead_for_three_years
from rights.enums import FileRole, JournalEventKind
from rights.exceptions import DocumentRefused
from rights.models import JournalEvent, TrainingFileDocument
from rights.retention import documents_of_the_dead, remove_documents
from rights.services.training_files.documents import LARGEST_BYTES, MOST_DOCUMENTS, add_document
from tests.support.access_world import staff
from tests.support.factories.rights import TrainingFileFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

SIRET = "16000000900018"
PDF = b"%PDF-1.7 convention"
PNG = b"\x89PNG\r\n\x1a\n rest"


@pytest.fixture
def training_file(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return TrainingFileFactory(organisation_siret=SIRET)


def upload(client, path, content=PDF, name="convention.pdf"):
    sent = {"document": SimpleUploadedFile(name, content, content_type="text/html")}
    return client.post(path, sent, follow=True).content.decode()


def joined(training_file, content=PDF, role=FileRole.HOLDER, name="devis.pdf"):
    return add_document(
        training_file_id=training_file.pk,
        role=role,
        author=training_file.holder.user,
        name=name,
        content=content,
    )


def test_holder_joins_a_document_that_the_organisation_opens_and_the_reading_is_written(
    client, training_file
):
    sign_in(client, training_file.holder.user)
    page = upload(client, f"/mes-dossiers/{training_file.pk}/documents/")
    document = TrainingFileDocument.objects.get()
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))

    listed = client.get(f"/instruction/{training_file.pk}/").content.decode()
    answer = client.get(f"/instruction/{training_file.pk}/documents/{document.pk}/")

    assert "Votre document est dans le dossier." in page
    assert "joint par le titulaire" in re.sub(r"\s+", " ", listed)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="convention.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert training_file.holder.consultations.filter(what="Document d’un dossier de formation").count() == 1


def test_organisation_joins_a_document_and_the_holder_is_told_and_opens_it(client, training_file):
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))
    upload(client, f"/instruction/{training_file.pk}/documents/", PNG, "plan d’accès.png")
    document = TrainingFileDocument.objects.get()
    sign_in(client, training_file.holder.user)

    answer = client.get(f"/mes-dossiers/{training_file.pk}/documents/{document.pk}/")

    assert (document.role, document.content.owner_holder) == (FileRole.ORGANISATION, training_file.holder)
    assert b"".join(answer.streaming_content) == PNG
    written = Notification.objects.get(dedup_key=f"rights.file_changed:document:{document.pk}")
    assert "plan" not in written.context["what"]
    assert JournalEvent.objects.get(kind=JournalEventKind.DOCUMENT_ADDED).payload == {"role": "organisation"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "est vide"),
        (b"<html><script>", "ni un PDF ni une image"),
        (b"MZ\x90", "ni un PDF ni une image"),
        (PDF + bytes(LARGEST_BYTES), "dépasse 3 Mo"),
    ],
    ids=["empty", "page", "program", "too large"],
)
def test_document_that_is_not_kept_says_why_and_leaves_nothing(content, why, client, training_file, tmp_path):
    sign_in(client, training_file.holder.user)

    page = upload(client, f"/mes-dossiers/{training_file.pk}/documents/", content)

    assert why in page
    assert not TrainingFileDocument.objects.exists()
    assert [path for path in Path(tmp_path).rglob("*") if path.is_file()] == []


def test_form_sent_without_a_document_asks_for_one(client, training_file):
    sign_in(client, training_file.holder.user)

    page = client.post(f"/mes-dossiers/{training_file.pk}/documents/", follow=True).content.decode()

    assert "Choisissez un document" in page


def test_largest_document_is_kept(training_file):
    content = PDF.ljust(LARGEST_BYTES, b" ")

    assert joined(training_file, content).content.size == LARGEST_BYTES


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\moi\\devis.PDF", "devis.pdf"),
        ("photo.exe", "photo.exe.pdf"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie b.pdf"),
        ("...", "document.pdf"),
        ("é" * 300, "é" * 120 + ".pdf"),
    ],
    ids=["path", "windows", "another type", "header", "dots", "long"],
)
def test_name_is_cleaned_and_takes_the_extension_of_the_content(name, kept, training_file):
    assert joined(training_file, name=name).content.name == kept


def test_same_document_sent_twice_is_one(training_file):
    first = joined(training_file)

    assert joined(training_file) == first
    assert PrivateFile.objects.count() == 1


def test_document_beyond_the_most_of_a_file_is_refused(training_file):
    for rank in range(MOST_DOCUMENTS):
        joined(training_file, PDF + str(rank).encode())

    with pytest.raises(DocumentRefused, match="déjà 20 documents"):
        joined(training_file)


def test_document_of_another_file_is_not_found(client, training_file):
    other = joined(TrainingFileFactory(organisation_siret="16000000900026"))
    sign_in(client, training_file.holder.user)
    as_holder = client.get(f"/mes-dossiers/{training_file.pk}/documents/{other.pk}/").status_code
    sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))

    as_organisation = client.get(f"/instruction/{training_file.pk}/documents/{other.pk}/").status_code

    assert (as_holder, as_organisation) == (404, 404)
    assert client.get(f"/instruction/{training_file.pk}/documents/{uuid4()}/").status_code == 404


def test_list_of_documents_costs_the_same_for_one_and_three(client, training_file, django_assert_num_queries):
    sign_in(client, training_file.holder.user)
    address = f"/mes-dossiers/{training_file.pk}/"
    joined(training_file)
    client.get(address)
    with django_assert_num_queries(10) as counted:
        client.get(address)
    joined(training_file, PDF + b"2")
    joined(training_file, PDF + b"3")

    with django_assert_num_queries(len(counted)):
        client.get(address)


def test_documents_leave_three_years_after_the_death(training_file, django_capture_on_commit_callbacks):
    joined(training_file)
    holder, today = training_file.holder, timezone.localdate()
    holder.deceased_on = today - timedelta(days=3 * 366 + 200)
    holder.save(update_fields=["deceased_on"])
    assert list(people_dead_for_three_years(today)) == [holder]

    with django_capture_on_commit_callbacks(execute=True):
        removed = remove_documents(documents_of_the_dead(today))

    assert removed == 1
    assert not TrainingFileDocument.objects.exists()
    assert not PrivateFile.objects.exists()


def test_forms_of_both_pages_are_taken_from_a_browser(training_file):
    """With the token of the page, as browsers send it: the client of the other tests asks for none."""
    for user, page, address in (
        (training_file.holder.user, f"/mes-dossiers/{training_file.pk}/", "mes-dossiers"),
        (staff(StaffRole.TRAINING_ORGANISATION, SIRET), f"/instruction/{training_file.pk}/", "instruction"),
    ):
        browser = Client(enforce_csrf_checks=True)
        sign_in(browser, user)
        shown = browser.get(page).content.decode()
        for name, sent in (
            ("documents", {"document": SimpleUploadedFile("a.pdf", PDF + address.encode())}),
            ("messages", {"body": f"Bonjour de {address}"}),
        ):
            form = shown.split(f'action="/{address}/{training_file.pk}/{name}/"')[1]
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.split("</form>")[0])[1]

            answer = browser.post(f"{page}{name}/", sent | {"csrfmiddlewaretoken": token})

            assert answer.status_code == 302, (name, address)
    assert (training_file.documents.count(), training_file.messages.count()) == (2, 2)
