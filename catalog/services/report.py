"""The report of an import as CSV: one line per field refused or repaired."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from catalog.lheo.facts import Finding
from catalog.models import ImportFinding, ImportRun

BATCH = 5_000
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
        self._writer.writerow(
            [
                self._file_name,
                finding.path,
                finding.identifier,
                finding.field,
                finding.value,
                finding.rule,
                str(finding.action),
            ]
        )


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
            )
            for finding in findings
        ],
        batch_size=BATCH,
    )


def write_report(run: ImportRun, path: Path) -> None:
    with report_file(path, run.file_name) as report:
        for finding in run.findings.order_by("pk").iterator(chunk_size=5_000):
            report.write(finding)
