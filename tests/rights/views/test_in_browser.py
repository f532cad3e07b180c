"""The pages as a person meets them, on a desktop and on a phone: readable, audited, usable by hand."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from rights.enums import EntryKind, Scheme
from rights.models import TrainingFile
from rights.services.ledger import post_entry
from rights.services.training_files import record_transmission, request_training_file
from tests.support.browser import PHONE, look_at, new_visit, sign_in_by_cookie
from tests.support.factories.rights import CounterFactory, RequestableSessionFactory, TrainingFileFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def counter():
    """A CPF counter with four years of history and a DIF."""
    counter = CounterFactory(balance=500_00)
    CounterFactory(holder=counter.holder, scheme=Scheme.DIF, balance=1_080_00)
    for year in range(2022, 2026):
        post_entry(
            counter=counter,
            kind=EntryKind.CREDIT,
            amount=500_00,
            value_date=date(year + 1, 4, 1),
            label=f"Droits acquis par votre travail de {year}",
            source="Essai",
            key=f"{year}",
        )
    return counter


@pytest.fixture
def session():
    starts_on = timezone.localdate() + timedelta(days=60)
    return RequestableSessionFactory(starts_on=starts_on, ends_on=starts_on + timedelta(days=30))


@pytest.fixture
def page(page, counter, live_server):
    """A page of the holder's, already signed in."""
    sign_in_by_cookie(page, counter.holder.user, live_server.url)
    return page


def requested(counter, session):
    return request_training_file(
        key=uuid4(), holder=counter.holder, session=session, today=timezone.localdate()
    )


def test_counter_pages_are_readable_and_sound(page, counter, session):
    requested(counter, session)

    page.goto("/mes-droits/")
    look_at(page, "Mes droits")

    page.click("text=Compte personnel de formation (CPF)")
    explanation = page.locator("details", has_text="Participation obligatoire").first
    explanation.locator("summary").click()
    expect(explanation).to_contain_text("Participation obligatoire")
    look_at(page, "CPF")
    page.goto("/mes-droits/comparer/")
    look_at(page, "Comparer mes droits")


def test_legal_values_are_readable_and_sound(page):
    page.goto("/baremes/")

    look_at(page)


def test_request_by_keyboard_opens_a_file_that_can_be_given_up(page, counter, session):
    page.goto(f"/mes-dossiers/demande/{session.pk}/")
    look_at(page, "Demander la formation")

    page.get_by_role("button", name="Confirmer ma demande").press("Enter")
    page.wait_for_url("**/mes-dossiers/*/")
    expect(page.locator("#file-status")).to_contain_text("En attente d'AGORA")
    look_at(page, "Titre professionnel soudeur")

    page.get_by_role("link", name="Annuler ma demande").press("Enter")
    look_at(page, "Annuler ma demande")
    page.get_by_role("button", name="Oui, annuler ma demande").press("Enter")
    expect(page.locator("#file-status")).to_contain_text("Demande annulée")
    counter.refresh_from_db()
    assert counter.reserved == 0


def test_waiting_file_shows_the_answer_of_agora_without_reloading(page, counter, session):
    training_file = requested(counter, session)
    page.goto(f"/mes-dossiers/{training_file.pk}/")
    expect(page.locator("#file-status")).to_contain_text("En attente d'AGORA")

    record_transmission(training_file_id=training_file.pk, agora_number="AG0123456789AB", at=timezone.now())

    expect(page.locator("#file-status")).to_contain_text("Transmis à AGORA le", timeout=10_000)
    expect(page.locator("#file-history")).to_contain_text("AG0123456789AB")
    expect(page.get_by_role("link", name="Annuler ma demande")).to_have_count(1)


def test_list_and_closed_files_are_readable_and_sound(page, counter, session):
    requested(counter, session)
    refused = TrainingFileFactory(holder=counter.holder, refused=True, title="Anglais " * 12)
    received = TrainingFileFactory(holder=counter.holder, from_agora=True, in_training=True)

    page.goto("/mes-dossiers/")
    look_at(page, "Mes dossiers")

    for training_file, words in (
        (refused, "Refusé par AGORA :"),
        (received, "Vous suivez cette formation jusqu’au"),
    ):
        page.goto(f"/mes-dossiers/{training_file.pk}/")
        expect(page.locator("#file-status")).to_contain_text(words)
        look_at(page, training_file.title.strip())


def test_request_without_scripts_works_the_same(browser, counter, session, live_server):
    visit = new_visit(browser, viewport=PHONE, base_url=live_server.url, java_script_enabled=False)
    page = visit.new_page()
    sign_in_by_cookie(page, counter.holder.user, live_server.url)

    page.goto(f"/mes-dossiers/demande/{session.pk}/")
    page.click("text=Confirmer ma demande")

    expect(page.locator("#file-status")).to_contain_text("En attente d'AGORA")
    assert page.get_by_role("link", name="Actualiser").is_visible()
    assert TrainingFile.objects.count() == 1
    visit.close()


def test_document_refused_then_joined_by_hand(page, counter, session, tmp_path):
    training_file = requested(counter, session)
    wrong, right = tmp_path / "page.pdf", tmp_path / "convention-de-formation-professionnelle-signee-2026.pdf"
    wrong.write_bytes(b"<html>")
    right.write_bytes(b"%PDF-1.7")
    page.goto(f"/mes-dossiers/{training_file.pk}/")

    for path, answer in ((wrong, "ni un PDF ni une image"), (right, "Votre document est dans le dossier")):
        page.set_input_files("input[type=file]", str(path))
        page.click("text=Joindre ce document")
        expect(page.locator("body")).to_contain_text(answer)

    look_at(page, "Titre professionnel soudeur")
