"""Import of the national registers from the exports of France compétences: the zip of CSV files, or the XML."""

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from catalog.enums import FindingAction, ImportKind
from catalog.lheo.facts import Finding
from catalog.models import Certification, CertificationBlock, ImportRun
from catalog.registers.csv_export import read_csv_export
from catalog.registers.records import Export, Record
from catalog.registers.xml_export import read_xml_export
from catalog.services.certification_import import (
    CERTIFICATION_FIELDS,
    link_occupations,
    link_trainings,
    refresh_what_searches_read,
)
from catalog.services.differences import Tally, differing, store_differences
from catalog.services.import_runs import finish_run, start_run
from catalog.services.offer_difference import Difference
from catalog.services.report import store_findings
from catalog.words import families, lemmas

FIELDS = (*CERTIFICATION_FIELDS, "successor_codes")
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\x1f\x8b")


def is_register_export(path: Path) -> bool:
    """Whether the file is an export of the registers, rather than one of the tables that come with the catalogue."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(4)
    return zipfile.is_zipfile(path) or start.startswith(XML_STARTS)


def read_export(path: Path) -> Export:
    """Raises UnreadableFile."""
    return read_csv_export(path) if zipfile.is_zipfile(path) else read_xml_export(path)


def check_register(*, path: Path, write: Callable[[Finding], None]) -> Export:
    """Read the whole file and give every finding to `write`; nothing is stored. Raises UnreadableFile."""
    export = read_export(path)
    for finding in export.findings:
        write(finding)
    return export


def import_register(*, path: Path, today: datetime.date, complete: bool = False) -> ImportRun:
    """Bring certifications and blocks to what the export says of them, in one transaction. Raises UnreadableFile.

    `complete`: the file is the whole of the registers that it names (RNCP, RS); what it holds no more is closed.
    Otherwise nothing is: an extract says nothing of the rest.
    """
    export = read_export(path)
    run = start_run(kind=ImportKind.CERTIFICATIONS, feed="france-competences", path=path)
    with transaction.atomic():
        tally = store_records(list(export.records.values()))
        if complete:
            tally.closed = close_absent(export, today)
        if tally.created or tally.changed:
            link_trainings()
            refresh_what_searches_read()
        store_findings(run, export.findings)
        run.position = export.read
        run.refused = sum(finding.action == FindingAction.REFUSED for finding in export.findings)
        run.repaired = len(export.findings) - run.refused
        finish_run(run, tally)
    return run


def store_records(records: list[Record]) -> Tally:
    tally = store_differences(Certification, map(certification_of, records), key="code", fields=FIELDS)
    blocks = [
        CertificationBlock(code=code, certification_id=record.code, title=title)
        for record in records
        for code, title in record.blocks.items()
    ]
    store_differences(CertificationBlock, blocks, key="code", fields=("certification_id", "title"))
    link_occupations({record.code: record.occupation_codes for record in records})
    return tally


def register_difference(export: Export, *, complete: bool) -> Difference:
    """What `import_register` would do to the certifications with this export."""
    difference = Difference()
    wanted = map(certification_of, export.records.values())
    new, changed = differing(Certification, wanted, key="code", fields=FIELDS)
    for outcome, rows in (("created", new), ("changed", changed)):
        for row in rows:
            difference.count(outcome, str(row))
    for code in absent_codes(export) if complete else ():
        difference.count("closed", code)
    return difference


def absent_codes(export: Export) -> list[str]:
    """Certifications in force here, of the registers that the export names, that it does not hold."""
    registers = {code.rstrip("0123456789") for code in export.records}
    held = Certification.objects.filter(closed_on=None).exclude(code__in=export.records)
    codes = held.order_by("code").values_list("code", flat=True)
    return [code for code in codes if code.rstrip("0123456789") in registers]


def close_absent(export: Export, today: datetime.date) -> int:
    gone = absent_codes(export)
    return Certification.objects.filter(code__in=gone).update(closed_on=today)


def certification_of(record: Record) -> Certification:
    words = " ".join([record.diploma, record.title, *record.formacode_labels])
    return Certification(
        code=record.code,
        diploma=record.diploma,
        title=record.title,
        level=record.level,
        state=record.state,
        expires_on=record.expires_on,
        nsf_codes=[code[:5] for code in record.nsf_codes],
        formacodes=record.formacodes,
        formacode_labels=record.formacode_labels,
        certifiers=record.certifiers,
        successor_codes=record.successor_codes,
        search_lemmas=lemmas(words),
        search_families=families(words),
    )
