"""Acts around the account by hand: paid back and taken back on a phone, answered on a desk of the Caisse des dépôts."""

import uuid
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import StaffRole
from rights.enums import FileRole, PointsOutcome, PointsUse, Scheme
from rights.models import PointsAnswer, TrainingFileDocument
from rights.services.corrections import record_undue_sum
from rights.services.points import request_points
from rights.services.training_files.documents import add_document
from tests.support.access_world import staff
from tests.support.browser import look_at, sign_in_by_cookie
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory, TrainingFileFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_holder_announces_a_repayment_and_takes_a_document_back_on_a_phone(
    page, live_server, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    training_file = TrainingFileFactory()
    holder = training_file.holder
    due = record_undue_sum(
        holder=holder,
        amount_cents=90_000_00,
        reason="Formation non suivie",
        reference="CDC-2026-000118",
        ordered_on=timezone.localdate(),
    )
    add_document(
        training_file_id=training_file.pk,
        role=FileRole.HOLDER,
        author=holder.user,
        name="devis.pdf",
        content=b"%PDF-1.7",
    )
    sign_in_by_cookie(page, holder.user, live_server.url)

    page.goto("/mes-droits/sommes-indues/")
    look_at(page, "Sommes à rembourser")
    page.click(f"a[href='/mes-droits/sommes-indues/{due.pk}/']")
    page.get_by_label("Montant que vous remboursez").fill("100")
    page.get_by_role("button", name="Annoncer mon virement").click()
    expect(page.locator("main")).to_contain_text("pas encore reçu")
    look_at(page, "Décision CDC-2026-000118")
    page.goto(f"/mes-dossiers/{training_file.pk}/")
    page.get_by_role("link", name="Retirer « devis.pdf »").click()
    look_at(page, "Retirer un document")
    page.get_by_role("button", name="Retirer ce document").click()

    expect(page.locator("main")).to_contain_text("a été retiré par cette partie")
    assert not TrainingFileDocument.objects.exists()


def test_caisse_answers_a_request_for_points_by_hand(page, live_server):
    holder = HolderFactory(birth_date=date(1970, 2, 1), nir=None)
    CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)
    request_points(
        key=uuid.uuid4(), holder=holder, use=PointsUse.TRAINING, points=3, today=timezone.localdate()
    )
    sign_in_by_cookie(page, staff(StaffRole.CDC), live_server.url)

    page.goto("/instruction/points/")
    look_at(page, "Demandes de points")
    page.click(f"text={holder.birth_name}")
    page.get_by_label("Refuser").check(force=True)
    page.get_by_label("J’ai vérifié").check(force=True)
    page.get_by_role("button", name="Enregistrer la décision").click()
    expect(page.locator("main")).to_contain_text("Écrivez le motif du refus")
    look_at(page, "Erreur : Demande du")
    page.get_by_label("Motif, que la personne lira").fill("Votre formation ne mène pas à un autre métier.")
    page.get_by_label("J’ai vérifié").check(force=True)
    page.get_by_role("button", name="Enregistrer la décision").click()

    expect(page.locator("main")).to_contain_text("Votre décision est enregistrée")
    assert PointsAnswer.objects.get().outcome == PointsOutcome.REFUSED
