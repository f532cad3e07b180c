"""Import of a feed of training offers: streaming, restartable, idempotent, with a report of every field touched."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from catalog.enums import FindingAction, ImportKind, ImportState
from catalog.exceptions import ImportAlreadyRunning, UnreadableFile
from catalog.gazetteer import Gazetteer
from catalog.lheo.edof import EdofReader
from catalog.lheo.facts import Finding, TrainingFacts
from catalog.lheo.index import IndexReader
from catalog.lheo.node import line_of
from catalog.lheo.reader import RECORD, FormationReader, Memory, with_occurrence
from catalog.lheo.source import FormationStream
from catalog.models import Action, ImportedTraining, ImportRun, SearchEntry, Session, Training
from catalog.selectors.places import load_gazetteer
from catalog.services.differences import Tally
from catalog.services.import_runs import finish_run, start_run
from catalog.services.offer_difference import OfferDifference
from catalog.services.offer_storage import OfferStorage
from catalog.services.report import store_findings
from catalog.services.vocabulary import refresh_vocabulary

# About 3 sessions each: a few thousand rows at a time, a few tens of MB.
BATCH_FORMATIONS = 500
READERS: dict[str, type[FormationReader]] = {"edof": EdofReader}
Progress = Callable[[int], None]


@dataclass
class Batch:
    """Formations read together, each with its rank and its line in the file. `read` counts those refused too."""

    read: int = 0
    record: str = RECORD
    trainings: list[tuple[int, int | None, TrainingFacts]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass
class ImportResult:
    """`run` is None for a dry run, whose `tally` is what an import would do, with `examples` by outcome.

    `problem` says where the XML broke, if it did: what came before was kept.
    """

    run: ImportRun | None
    dialect: str
    formations: int
    refused: int
    repaired: int
    tally: Tally
    problem: str
    examples: dict[str, list[str]] = field(default_factory=dict)


def feed_of(path: Path) -> str:
    """The feed that a file belongs to when nobody says it: its name without `.xml` and `.gz`."""
    name = path.name
    for suffix in (".gz", ".xml"):
        name = name.removesuffix(suffix)
    return name[:60]


def import_offer(
    *, path: Path, feed: str, today: datetime.date, progress: Progress = lambda done: None
) -> ImportResult:
    """Bring the catalogue to what the file says of the feed; what the file holds no more is closed.

    Each batch is one transaction with its place in the file: killed and started again on the same file, the
    import goes on where it stopped. The same file again changes nothing. Raises UnreadableFile,
    ImportAlreadyRunning.
    """
    gazetteer = ready_gazetteer()
    with alone(feed):
        run = start_run(kind=ImportKind.OFFER, feed=feed, path=path)
        storage = OfferStorage(run=run, now=timezone.now(), today=today)
        stream = FormationStream(path)
        try:
            for batch in read_batches(stream, gazetteer, skip=run.position):
                store_batch(storage, batch)
                progress(run.position)
        except UnreadableFile as refusal:
            abandon(run, refusal.message)
            raise
        if stream.problem:
            abandon(run, stream.problem)
        else:
            with transaction.atomic():
                closed = close_missing(run, today)
                finish_run(run, Tally(closed=closed))
                if run.created or run.changed or closed:
                    refresh_vocabulary()
        tally = Tally(run.created, run.changed, run.closed)
        return ImportResult(
            run, stream.dialect, run.position, run.refused, run.repaired, tally, stream.problem
        )


def check_offer(
    *, path: Path, write: Callable[[Finding], None], feed: str = "", progress: Progress = lambda done: None
) -> ImportResult:
    """Read the whole file and give every finding to `write`; nothing is stored. Raises UnreadableFile.

    `feed`: the feed that the file is compared with; none, and every training of the file counts as new.
    """
    gazetteer = ready_gazetteer()
    stream = FormationStream(path)
    difference = OfferDifference(feed)
    result = ImportResult(None, "", 0, 0, 0, difference.tally, "", difference.examples)
    seen: dict[str, list[UUID]] = {}
    for batch in read_batches(stream, gazetteer, skip=0):
        difference.add(told_apart(batch, seen))
        for finding in batch.findings:
            write(finding)
        result.formations += batch.read
        result.refused += _count(batch.findings, FindingAction.REFUSED)
        result.repaired += _count(batch.findings, FindingAction.REPAIRED)
        progress(result.formations)
    result.dialect, result.problem = stream.dialect, stream.problem
    if not stream.problem:
        difference.close(seen)
    return result


def ready_gazetteer() -> Gazetteer:
    gazetteer = load_gazetteer()
    if not gazetteer.by_code:
        message = "Aucune commune en base : lancez d'abord import_communes."
        raise UnreadableFile("communes_missing", message)
    return gazetteer


@contextmanager
def alone(feed: str) -> Iterator[None]:
    """One import of a feed at a time. The lock falls with the connection, so a killed import leaves none."""
    key = f"catalog.offer:{feed}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        if not cursor.fetchone()[0]:
            raise ImportAlreadyRunning("already_running", f"Un import du flux « {feed} » est déjà en cours.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def read_batches(stream: FormationStream, gazetteer: Gazetteer, *, skip: int) -> Iterator[Batch]:
    batch, memory = Batch(), Memory()
    for index, element in enumerate(stream, start=1):
        if index <= skip:
            continue
        kind = IndexReader if stream.is_index else READERS.get(stream.dialect, FormationReader)
        reader = kind(element, stream.namespace, index, gazetteer, memory=memory, record=stream.record)
        training = reader.read()
        batch.read += 1
        batch.record = stream.record
        batch.findings += reader.findings
        if training is not None:
            batch.trainings.append((index, line_of(element), training))
        if batch.read == BATCH_FORMATIONS:
            yield batch
            batch = Batch()
    if batch.read:
        yield batch


def told_apart(batch: Batch, seen: dict[str, list[UUID]]) -> list[TrainingFacts]:
    """The trainings of the batch, those that share a number told apart; `seen`: the digests by number so far.

    The same number with the same content is a repetition, left out; with another content it is another training.
    """
    distinct = []
    for index, line, facts in batch.trainings:
        digests = seen.setdefault(facts.number, [])
        path = f"{batch.record}[{index}]/@numero"
        if facts.digest in digests:
            rule, action = "duplicate_identical", FindingAction.REFUSED
        elif digests:
            rule, action = "duplicate_number", FindingAction.REPAIRED
        else:
            rule, action = "", FindingAction.REPAIRED
        if rule:
            batch.findings.append(Finding(path, facts.number, "@numero", facts.number, rule, action, line))
        if action == FindingAction.REPAIRED:
            digests.append(facts.digest)
            distinct.append(with_occurrence(facts, len(digests)))
    return distinct


@transaction.atomic
def store_batch(storage: OfferStorage, batch: Batch) -> None:
    run = storage.run
    trainings = told_apart(batch, storage.seen_digests({facts.number for _, _, facts in batch.trainings}))
    tally = storage.store(trainings)
    store_findings(run, batch.findings)
    run.position += batch.read
    run.created += tally.created
    run.changed += tally.changed
    run.refused += _count(batch.findings, FindingAction.REFUSED)
    run.repaired += _count(batch.findings, FindingAction.REPAIRED)
    run.save()


def close_missing(run: ImportRun, today: datetime.date) -> int:
    """Close what the feed offered and offers no more. Returns the number of trainings closed."""
    seen = ImportedTraining.objects.filter(run=run).values("training")
    gone = list(
        Training.objects.filter(feed=run.feed, closed_on=None)
        .exclude(pk__in=seen)
        .values_list("pk", flat=True)
    )
    Session.objects.filter(action__training__in=gone, closed_on=None).update(closed_on=today)
    Action.objects.filter(training__in=gone, closed_on=None).update(closed_on=today)
    Training.objects.filter(pk__in=gone).update(closed_on=today)
    SearchEntry.objects.filter(training__in=gone).delete()
    ImportedTraining.objects.filter(run=run).delete()
    return len(gone)


def abandon(run: ImportRun, message: str) -> None:
    """The file broke: nothing is closed, since what it did not reach may still be offered."""
    ImportedTraining.objects.filter(run=run).delete()
    run.state, run.message, run.finished_at = ImportState.FAILED, message[:500], timezone.now()
    run.save()


def _count(findings: list[Finding], action: FindingAction) -> int:
    return sum(finding.action == action for finding in findings)
