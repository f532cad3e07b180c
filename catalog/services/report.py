"""The report of an import as CSV: one line per field refused or repaired."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from catalog.enums import FindingAction
from catalog.lheo.facts import Finding
from catalog.models import ImportFinding, ImportRun
from catalog.wording import CONSEQUENCES, wording

BATCH = 5_000
# How cells begin that spreadsheets take for formulas.
FORMULA = re.compile(r"[=+@\t\r]|-.")
WORDED_COLUMNS = ("Ligne", "Numéro", "Élément", "Valeur", "Ce qui ne va pas", "Ce qu’il faut écrire", "Suite")
COLUMNS = ("file", "path", "identifier", "field", "value", "rule", "action")


class FindingLike(Protocol):
    @property
    def path(self) -> str: ...
    @property
    def identifier(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def action(self) -> str: ...


class ReportWriter:
    def __init__(self, output: object, file_name: str) -> None:
        self._writer = csv.writer(output, lineterminator="\n")  # type: ignore[arg-type]
        self._file_name = file_name
        self._writer.writerow(COLUMNS)

    def write(self, finding: FindingLike) -> None:
        self._writer.writerow(_columns(self._file_name, finding))


def _columns(file_name: str, finding: FindingLike) -> list[str]:
    return [
        file_name,
        finding.path,
        finding.identifier,
        finding.field,
        finding.value,
        finding.rule,
        str(finding.action),
    ]


@contextmanager
def report_file(path: Path, file_name: str) -> Iterator[ReportWriter]:
    with path.open("w", encoding="utf-8", newline="") as output:
        yield ReportWriter(output, file_name)


def store_findings(run: ImportRun, findings: Iterable[Finding]) -> None:
    ImportFinding.objects.bulk_create(
        [
            ImportFinding(
                run=run,
                path=finding.path,
                identifier=finding.identifier,
                field=finding.field,
                value=finding.value,
                rule=finding.rule,
                action=finding.action,
                line=finding.line,
            )
            for finding in findings
        ],
        batch_size=BATCH,
    )


class StoredReport:
    """Keeps findings as rows of a run while a file is read, and counts them; `close` stores the last ones.

    `most`: how many are kept; all are counted.
    """

    def __init__(self, run: ImportRun, *, most: int | None = None) -> None:
        self.run = run
        self._most = most
        self._waiting: list[Finding] = []

    def write(self, finding: Finding) -> None:
        self._waiting.append(finding)
        if len(self._waiting) == BATCH:
            self.close()

    def close(self) -> None:
        room = None if self._most is None else max(0, self._most - self.run.refused - self.run.repaired)
        store_findings(self.run, self._waiting[:room])
        refused = sum(finding.action == FindingAction.REFUSED for finding in self._waiting)
        self.run.refused += refused
        self.run.repaired += len(self._waiting) - refused
        self._waiting.clear()


def write_report(run: ImportRun, path: Path) -> None:
    with report_file(path, run.file_name) as report:
        for finding in run.findings.order_by("pk").iterator(chunk_size=5_000):
            report.write(finding)


class _Line:
    """A file for the csv module that keeps the line it was last given."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text = text


def csv_lines(rows: Iterable[Sequence[object]], *, delimiter: str = ",") -> Iterator[str]:
    """Each row as a line of CSV. What a spreadsheet would run as a formula is marked as a text."""
    line = _Line()
    writer = csv.writer(line, delimiter=delimiter, lineterminator="\n")
    for row in rows:
        writer.writerow([_as_text(value) for value in row])
        yield line.text


def _as_text(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def report_lines(run: ImportRun, findings: Iterable[FindingLike]) -> Iterator[str]:
    """The report as `write_report` writes it, line by line."""
    yield from csv_lines([COLUMNS])
    yield from csv_lines(_columns(run.file_name, finding) for finding in findings)


def lines_in_words(findings: Iterable[ImportFinding]) -> Iterator[str]:
    """The report for whoever wrote the file, as a spreadsheet in French opens it."""
    yield "\ufeff"
    yield from csv_lines([WORDED_COLUMNS], delimiter=";")
    yield from csv_lines(map(_worded, findings), delimiter=";")


def _worded(finding: ImportFinding) -> list[object]:
    said = wording(finding.rule)
    consequence = CONSEQUENCES[FindingAction(finding.action)]
    return [
        finding.line,
        finding.identifier,
        finding.field,
        finding.value,
        said.problem,
        said.advice,
        consequence,
    ]
