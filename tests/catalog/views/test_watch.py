"""Warnings as people send and follow them; signs as staff read and handle them."""

import pytest
from django.urls import reverse

from catalog.models import SignReview, TrainingReport
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.catalog import TrainingFactory, TrainingReportFactory

pytestmark = pytest.mark.django_db
SIGNS = "/surveillance/formations/"


def report(client, training, **data):
    return client.post(reverse("catalog:training_report", args=[training.pk]), data, follow=True)


@pytest.fixture
def watcher(client):
    client.force_login(UserFactory(cdc=True))
    return client


def test_report_without_account_is_kept_and_says_what_comes_next(client):
    training = TrainingFactory()
    assert "Signaler cette formation" in client.get(f"/formations/{training.pk}/").content.decode()

    page = report(client, training, reason="gift", text="Un téléphone offert", follow="on")

    kept = TrainingReport.objects.get()
    assert "Votre signalement est envoyé" in page.content.decode()
    assert (kept.reason, kept.text, kept.holder) == ("gift", "Un téléphone offert", None)


def test_report_without_reason_says_so_and_keeps_what_was_written(client):
    page = report(client, TrainingFactory(), text="Un téléphone offert")

    assert "Choisissez une réponse." in page.content.decode()
    assert "Un téléphone offert" in page.content.decode()
    assert not TrainingReport.objects.exists()


def test_report_beyond_the_limit_says_what_else_to_do(client, settings):
    settings.REPORTS_PER_DAY = 1
    training = TrainingFactory()
    report(client, training, reason="price")

    page = report(client, training, reason="price")

    assert page.status_code == 429
    assert "portez plainte" in page.content.decode()


def test_report_is_followed_by_its_holder_when_asked(client):
    holder = HolderFactory()
    client.force_login(holder.user)
    training = TrainingFactory(title="Vannerie")
    report(client, training, reason="price")
    report(client, training, reason="content", follow="on")

    page = client.get(reverse("catalog:own_report_list")).content.decode()

    assert holder.training_reports.get().reason == "content"
    assert "Vannerie" in page
    assert "Pas encore examiné" in page


def test_signs_name_no_person_and_disappear_from_the_list_once_handled(watcher):
    holder = HolderFactory(birth_name="Zzabeille")
    kept = TrainingReportFactory(holder=holder, text="Prix doublé")
    address = reverse("catalog:sign_detail", args=["report", kept.pk])
    listed = watcher.get(SIGNS).content.decode()
    assert "Prix doublé" in listed
    assert "Zzabeille" not in listed + watcher.get(address).content.decode()

    watcher.post(address, {"state": "", "outcome": "passed_on", "reason": "Transmis ce jour"})

    assert SignReview.objects.get().reason == "Transmis ce jour"
    assert "Prix doublé" not in watcher.get(SIGNS).content.decode()
    assert "Transmis au contrôle" in watcher.get(SIGNS, {"traites": "oui"}).content.decode()


def test_sign_is_not_handled_without_a_reason(watcher):
    kept = TrainingReportFactory()

    page = watcher.post(
        reverse("catalog:sign_detail", args=["report", kept.pk]), {"state": "", "outcome": "unfounded"}
    )

    assert "Écrivez pourquoi." in page.content.decode()
    assert not SignReview.objects.exists()


def test_sign_whose_facts_changed_meanwhile_is_read_again(watcher):
    kept = TrainingReportFactory()
    address = reverse("catalog:sign_detail", args=["report", kept.pk])

    page = watcher.post(address, {"state": "x", "outcome": "unfounded", "reason": "Rien"}, follow=True)

    assert "Les faits ont changé" in page.content.decode()
    assert not SignReview.objects.exists()


@pytest.mark.parametrize("sign", ["report", "price", "duplicates", "standing", "inconnu"])
def test_sign_list_says_its_rule_when_nothing_bears_the_sign(watcher, sign):
    page = watcher.get(SIGNS, {"signe": sign}).content.decode()

    assert "Règle." in page
    assert "Rien ne porte ce signe" in page


@pytest.mark.parametrize("address", ["report/1/", "inconnu/1/", "price/x/"])
def test_sign_that_nothing_bears_is_not_found(watcher, address):
    assert watcher.get(SIGNS + address).status_code == 404
