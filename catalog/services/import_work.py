"""What workers do with the files handed over: read each without writing anything, import those that were confirmed.

A file is held by the lease of its background job. Killed, the worker's file is taken over by another one: a trial
begins again, an import goes on where its run stopped.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.exceptions import JobLost
from accounts.models import BackgroundJob
from accounts.services.background_jobs import begin_or_take_over, fail_job, finish_job, report_progress
from catalog.enums import ImportKind, ImportState, OrderState
from catalog.exceptions import CatalogRefusal, ImportAlreadyRunning, UnreadableFile
from catalog.models import ImportOrder, ImportRun
from catalog.services.declared_import import compare_list, import_list
from catalog.services.differences import Tally
from catalog.services.import_orders import forget_file
from catalog.services.import_runs import sha256_of
from catalog.services.offer_import import Progress, check_offer, import_offer
from catalog.services.register_import import import_register, read_export, register_difference
from catalog.services.report import StoredReport

JOB_KIND = "catalog.import"
TO_DO = (OrderState.WAITING, OrderState.CONFIRMED)
# Nobody reads further, and anybody may hand over a file that is wrong throughout.
MOST_LINES_OF_A_TRIAL = 10_000
UNEXPECTED = "Un problème inattendu a arrêté la lecture du fichier. L'exploitant du portail en est prévenu."


@dataclass(frozen=True)
class Kind:
    """How files of a kind are read and imported. `read` fills the run of the trial, and may raise UnreadableFile."""

    read: Callable[[ImportOrder, StoredReport, Progress], None]
    store: Callable[[ImportOrder, datetime.date, Progress], ImportRun]


def work_on_orders(*, today: datetime.date) -> int:
    """Read or import, one after the other, the files that wait and that no other worker holds. Returns how many."""
    worked = 0
    waiting = ImportOrder.objects.filter(state__in=TO_DO).order_by("created_at")
    for pk in list(waiting.values_list("pk", flat=True)):
        order = take_order(pk)
        if order is not None:
            _work_on(order, today)
            worked += 1
    return worked


@transaction.atomic
def take_order(pk: UUID) -> ImportOrder | None:
    """Hold the file through its job. None when it is held by another worker, or no longer to be done."""
    waiting = ImportOrder.objects.filter(pk=pk, state__in=TO_DO)
    order = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("job", "trial").first()
    if order is None:
        return None
    job = begin_or_take_over(job=order.job, kind=JOB_KIND, requested_by=order.requested_by)
    if job is None:
        return None
    order.job = job
    order.save(update_fields=["job"])
    return order


def _work_on(order: ImportOrder, today: datetime.date) -> None:
    try:
        if order.state == OrderState.WAITING:
            _check(order)
        else:
            _import(order, today)
    except ImportAlreadyRunning:
        # Somebody imports the same feed, from the command line perhaps: the file is taken up again after its lease.
        return
    except CatalogRefusal as refusal:
        _give_up(order, refusal.message)
    except (OperationalError, JobLost):
        raise
    except Exception:
        # A file that breaks us would break every worker that takes it over.
        _give_up(order, UNEXPECTED)
        raise


def _check(order: ImportOrder) -> None:
    run = _begin_trial(order)
    report = StoredReport(run, most=MOST_LINES_OF_A_TRIAL if order.siret else None)
    try:
        KINDS[ImportKind(order.kind)].read(order, report, lambda done: _progress(order, done))
    except UnreadableFile as refusal:
        run.message = refusal.message[:500]
    with transaction.atomic():
        report.close()
        run.state = ImportState.FAILED if run.message else ImportState.DONE
        run.finished_at = timezone.now()
        run.save()
        order.message = run.message
        _end(order, OrderState.FAILED if run.message else OrderState.CHECKED)
        if order.siret or run.message:
            forget_file(order)


def _begin_trial(order: ImportOrder) -> ImportRun:
    """The run of the trial, emptied of what a worker that died had read."""
    if order.trial is not None:
        order.trial.findings.all().delete()
        order.trial.refused = order.trial.repaired = 0
        return order.trial
    with transaction.atomic():
        order.trial = ImportRun.objects.create(
            kind=order.kind,
            feed=order.feed,
            file_name=order.file_name,
            sha256=sha256_of(Path(order.file.path)),
            is_trial=True,
        )
        order.save(update_fields=["trial"])
    return order.trial


def _import(order: ImportOrder, today: datetime.date) -> None:
    run = KINDS[ImportKind(order.kind)].store(order, today, lambda done: _progress(order, done))
    with transaction.atomic():
        order.run = run
        _end(order, OrderState.DONE)
        forget_file(order)


def _end(order: ImportOrder, state: OrderState) -> None:
    assert order.job is not None
    finish_job(job=order.job)
    order.state = state
    order.save()


@transaction.atomic
def _give_up(order: ImportOrder, message: str) -> None:
    assert order.job is not None
    fail_job(job=order.job, reason=message)
    order.state, order.message = OrderState.FAILED, message[:500]
    order.save()
    forget_file(order)


def _progress(order: ImportOrder, done: int) -> None:
    job: BackgroundJob | None = order.job
    assert job is not None
    total = order.trial.position if order.state == OrderState.CONFIRMED and order.trial else None
    report_progress(job=job, done=done, total=total)


def _compare(run: ImportRun, tally: Tally, examples: dict[str, list[str]]) -> None:
    run.created, run.changed, run.closed = tally.created, tally.changed, tally.closed
    run.difference = examples


def _read_offer(order: ImportOrder, report: StoredReport, progress: Progress) -> None:
    result = check_offer(path=Path(order.file.path), write=report.write, feed=order.feed, progress=progress)
    run = report.run
    run.position = result.formations
    _compare(run, result.tally, result.examples)
    if result.problem:
        run.message = f"Le fichier est coupé ou abîmé ({result.problem})."[:500]


def _store_offer(order: ImportOrder, today: datetime.date, progress: Progress) -> ImportRun:
    result = import_offer(path=Path(order.file.path), feed=order.feed, today=today, progress=progress)
    assert result.run is not None
    return result.run


def _read_register(order: ImportOrder, report: StoredReport, progress: Progress) -> None:
    export = read_export(Path(order.file.path))
    for finding in export.findings:
        report.write(finding)
    report.run.position = export.read
    difference = register_difference(export, complete=order.is_complete)
    _compare(report.run, difference.tally, difference.examples)


def _store_register(order: ImportOrder, today: datetime.date, progress: Progress) -> ImportRun:
    return import_register(path=Path(order.file.path), today=today, complete=order.is_complete)


def _read_list(order: ImportOrder, report: StoredReport, progress: Progress) -> None:
    path, today = Path(order.file.path), timezone.localdate()
    difference = compare_list(path=path, report=report, today=today, progress=progress)
    _compare(report.run, difference.tally, difference.examples)


def _store_list(order: ImportOrder, today: datetime.date, progress: Progress) -> ImportRun:
    return import_list(path=Path(order.file.path), today=today)


KINDS = {
    ImportKind.ORGANISATIONS: Kind(_read_list, _store_list),
    ImportKind.OFFER: Kind(_read_offer, _store_offer),
    ImportKind.CERTIFICATIONS: Kind(_read_register, _store_register),
}
