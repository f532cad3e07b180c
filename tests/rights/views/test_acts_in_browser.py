"""Acts around the account by hand: paid back and taken back on a phone, answered on a desk of the Caisse des dépôts."""

import uuid
from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import StaffRole
from rights.enums import FileRole, PointsOutcome, PointsUse, Scheme
from rights.models import PointsAnswer, TrainingFileDocument
from rights.services.corrections import record_undue_sum
from rights.services.points import request_points
from rights.services.training_files.documents import add_document
from tests.support.access_world import staff
from tests.support.browser import APPEARANCES, DESKTOP, PHONE, look_at, new_visit
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory, TrainingFileFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ONE = APPEARANCES[:1]


@pytest.fixture
def visit(browser, live_server):
    """Opens a page as somebody already signed in."""
    visits = []

    def as_user(user, viewport):
        client = Client()
        client.force_login(user)
        visits.append(new_visit(browser, viewport=viewport, base_url=live_server.url))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        visits[-1].add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return visits[-1].new_page()

    yield as_user
    for opened in visits:
        opened.close()


def test_holder_announces_a_repayment_and_takes_a_document_back_on_a_phone(visit, settings, tmp_path):
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
    page = visit(holder.user, PHONE)

    page.goto("/mes-droits/sommes-indues/")
    look_at(page, "Sommes à rembourser", appearances=ONE)
    page.click(f"a[href='/mes-droits/sommes-indues/{due.pk}/']")
    page.get_by_label("Montant que vous remboursez").fill("100")
    page.get_by_role("button", name="Annoncer mon virement").click()
    expect(page.locator("main")).to_contain_text("pas encore reçu")
    look_at(page, "Décision CDC-2026-000118", appearances=ONE)
    page.goto(f"/mes-dossiers/{training_file.pk}/")
    page.get_by_role("link", name="Retirer « devis.pdf »").click()
    look_at(page, "Retirer un document", appearances=ONE)
    page.get_by_role("button", name="Retirer ce document").click()

    expect(page.locator("main")).to_contain_text("a été retiré par cette partie")
    assert not TrainingFileDocument.objects.exists()


def test_caisse_answers_a_request_for_points_by_hand(visit):
    holder = HolderFactory(birth_date=date(1970, 2, 1), nir=None)
    CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)
    request_points(
        key=uuid.uuid4(), holder=holder, use=PointsUse.TRAINING, points=3, today=timezone.localdate()
    )
    page = visit(staff(StaffRole.CDC), DESKTOP)

    page.goto("/instruction/points/")
    look_at(page, "Demandes de points", appearances=ONE)
    page.click(f"text={holder.birth_name}")
    page.get_by_label("Refuser").check(force=True)
    page.get_by_label("J’ai vérifié").check(force=True)
    page.get_by_role("button", name="Enregistrer la décision").click()
    expect(page.locator("main")).to_contain_text("Écrivez le motif du refus")
    look_at(page, "Erreur : Demande du", appearances=ONE)
    page.get_by_label("Motif, que la personne lira").fill("Votre formation ne mène pas à un autre métier.")
    page.get_by_label("J’ai vérifié").check(force=True)
    page.get_by_role("button", name="Enregistrer la décision").click()

    expect(page.locator("main")).to_contain_text("Votre décision est enregistrée")
    assert PointsAnswer.objects.get().outcome == PointsOutcome.REFUSED
