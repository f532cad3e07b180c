"""A file handed over on a page: read, decided upon, imported, whatever dies on the way."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import JobState
from accounts.models import BackgroundJob
from catalog.enums import ImportKind, ImportState, OrderState
from catalog.exceptions import FileNotTaken, OrderAlreadyDecided
from catalog.models import Certification, ImportFinding, ImportOrder, ImportRun, SearchEntry, Training
from catalog.services import import_work
from catalog.services.import_orders import (
    LARGEST_TRIAL,
    MOST_TRIALS_WAITING,
    confirm_order,
    drop_order,
    forget_old_orders,
    hand_over,
    remove_orphan_uploads,
)
from catalog.services.import_work import work_on_orders
from catalog.services.offer_import import import_offer
from tests.catalog.lheo.documents import FORMATION, changed, offer, written
from tests.catalog.services.test_offer_import import formation
from tests.support.factories.accounts import UserFactory
from tests.support.factories.catalog import TODAY, CertificationFactory, ImportOrderFactory

pytestmark = pytest.mark.django_db

DIRTY = changed(("<prix-total-TTC>1190", "<prix-total-TTC>1190,50"), ("19290076900014", "19290076900010"))


def handed(*formations, name="essai.xml", content=None, **order):
    upload = ContentFile(content or offer(*formations), name=name)
    chosen = {"kind": ImportKind.OFFER, "user": UserFactory(), **order}
    return hand_over(upload=upload, **chosen)


def worked(order):
    work_on_orders(today=TODAY)
    order.refresh_from_db()
    return order


def nothing_published():
    return not any(model.objects.exists() for model in (Training, SearchEntry, Certification))


def test_file_handed_over_is_read_and_nothing_is_written(corsica):
    order = worked(handed(formation("F1"), formation("F2", "Brasseur")))

    assert (order.state, order.feed, order.trial.position) == (OrderState.CHECKED, "essai", 2)
    assert order.trial.difference == {
        "created": ["Soudeur (F1)", "Brasseur (F2)"],
        "changed": [],
        "closed": [],
    }
    assert nothing_published()
    assert order.job.state == JobState.FINISHED


def test_difference_is_what_the_import_then_does(corsica, tmp_path):
    import_offer(
        path=written(tmp_path / "a.xml", formation("F1"), formation("F2", "Brasseur"), formation("F3")),
        feed="essai",
        today=TODAY,
    )
    order = worked(handed(formation("F1"), formation("F2", "Brasseuse"), formation("F4", "Forgeron")))
    trial = order.trial

    confirm_order(order=order)
    run = worked(order).run

    assert trial.difference == {
        "created": ["Forgeron (F4)"],
        "changed": ["Brasseuse (F2)"],
        "closed": ["Soudeur (F3)"],
    }
    assert (trial.created, trial.changed, trial.closed) == (run.created, run.changed, run.closed) == (1, 1, 1)
    assert order.state == OrderState.DONE


def test_same_file_again_changes_nothing(corsica):
    first = worked(handed(FORMATION))
    confirm_order(order=first)
    worked(first)

    again = worked(handed(FORMATION))

    assert (again.trial.created, again.trial.changed, again.trial.closed) == (0, 0, 0)


def test_report_of_a_trial_says_the_line_of_each_field(corsica):
    text = offer(formation("F1"), DIRTY.replace('"F1"', '"F2"')).decode()
    line_of_price = 1 + text[: text.index("1190,50")].count("\n")
    line_of_siret = 1 + text[: text.index("19290076900010")].count("\n")

    order = worked(handed(content=text.encode()))

    found = ImportFinding.objects.filter(run=order.trial).values_list("line", "field", "rule", "action")
    # The second formation is refused for its SIRET before its price is read.
    assert list(found) == [(line_of_siret, "SIRET", "siret_key", "refused")]
    assert line_of_price < line_of_siret


def test_file_of_an_organisation_is_read_and_never_imported(corsica):
    order = worked(handed(formation("F1"), siret="19290076900014"))

    with pytest.raises(OrderAlreadyDecided):
        confirm_order(order=order)
    for change in ({"state": OrderState.CONFIRMED}, {"run": order.trial}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ImportOrder.objects.filter(pk=order.pk).update(**change)
    assert (order.state, nothing_published()) == (OrderState.CHECKED, True)


def test_file_of_an_organisation_is_forgotten_once_it_is_read(corsica, django_capture_on_commit_callbacks):
    order = handed(FORMATION, siret="19290076900014")
    content = Path(order.file.path)
    assert content.exists()

    with django_capture_on_commit_callbacks(execute=True):
        order = worked(order)

    assert not content.parent.exists()
    assert not order.file


def test_organisation_with_files_waiting_waits_for_them(db):
    for _ in range(MOST_TRIALS_WAITING):
        handed(FORMATION, siret="19290076900014")

    with pytest.raises(FileNotTaken) as refusal:
        handed(FORMATION, siret="19290076900014")

    assert refusal.value.code == "too_many_waiting"
    assert ImportOrder.objects.count() == MOST_TRIALS_WAITING


def test_report_of_an_organisation_keeps_the_first_lines_and_counts_all(corsica, monkeypatch):
    monkeypatch.setattr(import_work, "MOST_LINES_OF_A_TRIAL", 2)
    wrong = [formation(f"F{rank}", "Soudeur.") for rank in range(4)]

    order = worked(handed(*wrong, siret="19290076900014"))

    assert (order.trial.repaired, order.trial.findings.count()) == (4, 2)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<?xml version='1.0'?><catalogue/>", "n'est pas une offre LHEO"),
        (offer(FORMATION)[:-200], "coupé ou abîmé"),
        (b"PK\x03\x04", "n'est pas un fichier XML lisible"),
    ],
    ids=["another format", "cut", "zip"],
)
def test_file_that_cannot_be_read_says_why(corsica, content, said):
    order = worked(handed(content=content))

    assert order.state == OrderState.FAILED
    assert said in order.message
    assert (order.trial.state, nothing_published()) == (ImportState.FAILED, True)


def test_dropped_file_is_not_imported(corsica):
    order = worked(handed(FORMATION))

    drop_order(order=order)
    worked(order)

    assert (order.state, order.run, nothing_published()) == (OrderState.DROPPED, None, True)
    with pytest.raises(OrderAlreadyDecided):
        confirm_order(order=order)


def test_register_is_compared_then_imported(db):
    gone = CertificationFactory(code="RNCP90001")
    export = b"""<?xml version="1.0" encoding="UTF-8"?><FICHES><FICHE><NUMERO_FICHE>RNCP38311</NUMERO_FICHE>
    <INTITULE>Technicien</INTITULE><NOMENCLATURE_EUROPE><NIVEAU>NIV4</NIVEAU></NOMENCLATURE_EUROPE>
    <ACTIF>Oui</ACTIF></FICHE></FICHES>"""
    order = worked(handed(content=export, name="rncp.xml", kind=ImportKind.CERTIFICATIONS, is_complete=True))
    assert Certification.objects.get() == gone

    confirm_order(order=order)
    worked(order)

    assert (order.trial.created, order.trial.closed) == (order.run.created, order.run.closed) == (1, 1)
    assert order.trial.difference["closed"] == ["RNCP90001"]
    assert Certification.objects.get(code="RNCP38311").level == 4


def test_trial_of_a_dead_worker_begins_again_once_its_lease_is_over(corsica):
    order = handed(formation("F1", "Soudeur."))
    held = import_work.take_order(order.pk)
    ImportFinding.objects.create(
        run=import_work._begin_trial(held), path="/x", field="x", rule="placeholder", action="refused"
    )
    assert worked(order).state == OrderState.WAITING

    BackgroundJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    worked(order)

    assert order.state == OrderState.CHECKED
    assert order.trial.findings.get().rule == "title_trailing_dot"
    assert (order.trial.refused, order.trial.repaired) == (0, 1)


def test_import_of_a_dead_worker_goes_on(corsica):
    order = worked(handed(FORMATION))
    confirm_order(order=order)
    import_work.take_order(order.pk)
    BackgroundJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    worked(order)

    assert (order.state, Training.objects.count()) == (OrderState.DONE, 1)
    assert BackgroundJob.objects.filter(pk=order.job_id).values_list("done", "total").get() == (1, 1)


def test_file_that_no_reader_knows_is_given_up(db):
    order = handed(FORMATION, kind=ImportKind.COMMUNES)

    with pytest.raises(KeyError):
        work_on_orders(today=TODAY)

    order.refresh_from_db()
    assert (order.state, order.message) == (OrderState.FAILED, import_work.UNEXPECTED)
    assert work_on_orders(today=TODAY) == 0


def test_file_that_nobody_decides_upon_is_dropped_after_a_week(db):
    recent, old = ImportOrderFactory(), ImportOrderFactory()
    tried = ImportOrderFactory(siret="19290076900014")
    for order in (old, tried):
        ImportOrder.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=8))

    assert forget_old_orders() == 1

    states = {order.pk: order.state for order in ImportOrder.objects.all()}
    assert states == {
        recent.pk: OrderState.CHECKED,
        old.pk: OrderState.DROPPED,
        tried.pk: OrderState.CHECKED,
    }


def test_content_that_no_order_names_is_removed_after_a_day(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    kept = handed(FORMATION)
    orphan = tmp_path / "imports" / "abc" / "perdu.xml"
    orphan.parent.mkdir()
    orphan.write_bytes(b"x")

    assert remove_orphan_uploads() == 0

    day_before = (timezone.now() - timedelta(days=2)).timestamp()
    for path in (orphan, Path(kept.file.path)):
        os.utime(path, (day_before, day_before))
    assert remove_orphan_uploads() == 1
    assert (orphan.exists(), Path(kept.file.path).exists()) == (False, True)


def test_file_that_is_too_large_is_refused(db):
    upload = ContentFile(b"<lheo/>", name="a.xml")
    upload.size = LARGEST_TRIAL + 1

    with pytest.raises(FileNotTaken) as refusal:
        hand_over(kind=ImportKind.OFFER, upload=upload, user=UserFactory(), siret="19290076900014")

    assert refusal.value.code == "file_too_large"
    assert not ImportOrder.objects.exists()


def test_trials_leave_with_old_imports_and_take_their_order_along(db):
    order = ImportOrderFactory()

    ImportRun.objects.filter(pk=order.trial_id).delete()

    assert not ImportOrder.objects.exists()
