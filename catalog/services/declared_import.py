"""Import of the public list of training organisations, and what it says of those of the offer."""

import datetime
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import connection, transaction

from catalog.enums import ImportKind
from catalog.exceptions import UnreadableFile
from catalog.models import DeclaredOrganisation, ImportRun
from catalog.registers.declared import DeclaredList
from catalog.services.differences import BATCH, Tally
from catalog.services.import_runs import finish_run, start_run
from catalog.services.offer_difference import Difference
from catalog.services.offer_import import Progress
from catalog.services.report import StoredReport
from cpa_portal.kernel.database.statistics import measure

FIELDS = ("previous_ndas", "name", "siren", "siret", "qualiopi_for", "declared_on", "delisted_on")
# Off the list, an organisation is certified for nothing; one that was never on it is left as it is: nothing is known.
STANDING = """
UPDATE catalog_organisation organisation SET is_qualiopi = said.certified FROM (
    SELECT siren, bool_or(delisted_on IS NULL AND cardinality(qualiopi_for) > 0) AS certified
    FROM catalog_declaredorganisation GROUP BY siren) said
WHERE said.siren = left(organisation.siret, 9) AND organisation.is_qualiopi IS DISTINCT FROM said.certified
"""


T = TypeVar("T")


def batched(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


class ListReading:
    """One reading of the list, compared with what is held as it goes."""

    def __init__(self, path: Path, report: StoredReport, today: datetime.date) -> None:
        self.source = DeclaredList(path)
        self.report = report
        self.today = today
        self.difference = Difference()
        self._seen: set[str] = set()

    def batches(self) -> Iterator[list[DeclaredOrganisation]]:
        """The declarations that are new or say something else. Raises UnreadableFile, for an empty list too."""
        for rows in batched(self._rows()):
            held = DeclaredOrganisation.objects.in_bulk([row.nda for row in rows])
            yield [row for row in rows if self._differs(row, held.get(row.nda))]
        if not self._seen:
            raise UnreadableFile("list_empty", f"{self.source.path.name} ne contient aucun organisme.")

    def _rows(self) -> Iterator[DeclaredOrganisation]:
        for facts, findings in self.source:
            for finding in findings:
                self.report.write(finding)
            if facts is not None:
                self._seen.add(facts.nda)
                yield DeclaredOrganisation(**vars(facts), listed_on=self.today)

    def _differs(self, row: DeclaredOrganisation, held: DeclaredOrganisation | None) -> bool:
        if held is None:
            self.difference.count("created", str(row))
        elif any(getattr(row, name) != getattr(held, name) for name in FIELDS):
            self.difference.count("changed", str(row))
        else:
            return False
        return True

    def gone(self) -> list[str]:
        """Once all is read: the numbers held as listed that the file does not hold."""
        listed = DeclaredOrganisation.objects.filter(delisted_on=None).order_by("nda")
        absent = []
        for nda, name in listed.values_list("nda", "name").iterator():
            if nda not in self._seen:
                self.difference.count("closed", f"{name} ({nda})")
                absent.append(nda)
        return absent


def compare_list(*, path: Path, report: StoredReport, today: datetime.date, progress: Progress) -> Difference:
    """What `import_list` would change. Raises UnreadableFile."""
    reading = ListReading(path, report, today)
    for _ in reading.batches():
        progress(reading.source.read)
    reading.gone()
    report.run.position = reading.source.read
    return reading.difference


def import_list(*, path: Path, today: datetime.date) -> ImportRun:
    """Bring the list to what the file says, in one transaction: it is whole, what it holds no more has left it.

    Raises UnreadableFile; nothing is then written.
    """
    with transaction.atomic():
        run = start_run(kind=ImportKind.ORGANISATIONS, feed="liste-publique", path=path)
        report = StoredReport(run)
        reading = ListReading(path, report, today)
        for changed in reading.batches():
            DeclaredOrganisation.objects.bulk_create(
                changed, update_conflicts=True, unique_fields=["nda"], update_fields=FIELDS
            )
        for absent in batched(reading.gone()):
            DeclaredOrganisation.objects.filter(nda__in=absent).update(delisted_on=today)
        report.close()
        run.position = reading.source.read
        tally: Tally = reading.difference.tally
        if tally.created or tally.changed or tally.closed:
            measure(DeclaredOrganisation)
            with connection.cursor() as cursor:
                cursor.execute(STANDING)
        return finish_run(run, tally)
