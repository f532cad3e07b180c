"""Files of declarations become declarations: each refusal is reported, a file imported twice adds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.db import transaction

from accounts.selectors.holders import holder_ids_by_nir
from cpa_portal.kernel.identifiers import InvalidIdentifier, normalise_nir
from cpa_portal.kernel.masking import mask_nir
from rights.declaration_files import BrokenLine, Line, read_lines
from rights.enums import DeclarationKind
from rights.models import Declaration
from rights.parameters import LegalValues, legal_values
from rights.rules.declared import InvalidFact, checked_facts

LINES_PER_BATCH = 1_000
LONGEST_REFERENCE = 100
FIRST_YEAR, LAST_YEAR = 2015, 2199
REFUSED = "refused"


@dataclass(frozen=True)
class Finding:
    """A line that was not imported, for the report. The person's number is masked."""

    path: str
    identifier: str
    field: str
    value: str
    rule: str
    action: str = REFUSED


@dataclass
class DeclarationTally:
    lines: int = 0
    added: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Checked:
    line: Line
    nir: str
    kind: DeclarationKind
    year: int
    facts: dict[str, object]


Report = Callable[[Finding], None]


def import_declarations(
    *, path: Path, write: bool = True, report: Report = lambda finding: None
) -> DeclarationTally:
    """Add the declarations of a file; a changed one becomes a new version of itself. Raises UnreadableFile.

    Restartable: each batch commits alone, and what was imported is unchanged the next time. The order of the lines does
    not matter, except for two of the same reference, of which the last wins.
    """
    values, tally = legal_values(), DeclarationTally()
    for batch in _batches(read_lines(path)):
        with transaction.atomic():
            _import_batch(batch, path.name, values, tally, report)
            if not write:
                transaction.set_rollback(True)
    return tally


def _batches(lines: Iterable[Line | BrokenLine]) -> Iterator[list[Line | BrokenLine]]:
    remaining = iter(lines)
    while batch := list(islice(remaining, LINES_PER_BATCH)):
        yield batch


def _import_batch(
    batch: list[Line | BrokenLine],
    source: str,
    values: LegalValues,
    tally: DeclarationTally,
    report: Report,
) -> None:
    tally.lines += len(batch)
    checked = []
    for line in batch:
        result = _checked(line, values)
        if isinstance(result, Finding):
            tally.refused += 1
            report(result)
        else:
            checked.append(result)
    holders = holder_ids_by_nir({item.nir for item in checked})
    known = []
    for item in checked:
        if item.nir in holders:
            known.append((holders[item.nir], item))
        else:
            tally.refused += 1
            report(_finding(item.line, "nir", "", "personne inconnue du portail"))
    _store(known, source, tally)


def _checked(line: Line | BrokenLine, values: LegalValues) -> Checked | Finding:
    if isinstance(line, BrokenLine):
        return Finding(line.path, "", line.field, line.value, line.rule)
    try:
        nir = normalise_nir(line.nir)
    except InvalidIdentifier as error:
        # A wrong number may still be somebody's: it is not written out.
        return Finding(line.path, "", "nir", "", error.message)
    for field, wrong, rule in _shape(line):
        if wrong:
            return _finding(line, field, getattr(line, field)[:80], rule)
    kind, year = DeclarationKind(line.kind), int(line.year)
    try:
        return Checked(line, nir, kind, year, checked_facts(kind, line.facts, year, values))
    except InvalidFact as error:
        return _finding(line, error.field, line.facts.get(error.field, "")[:80], error.rule)


def _shape(line: Line) -> tuple[tuple[str, bool, str], ...]:
    known_year = line.year.isdecimal() and FIRST_YEAR <= int(line.year) <= LAST_YEAR
    return (
        ("year", not known_year, f"attendu une année d’activité depuis {FIRST_YEAR}"),
        ("kind", line.kind not in DeclarationKind.values, f"attendu {', '.join(DeclarationKind.values)}"),
        (
            "reference",
            not 0 < len(line.reference) <= LONGEST_REFERENCE,
            f"attendu 1 à {LONGEST_REFERENCE} caractères",
        ),
    )


def _finding(line: Line, field: str, value: str, rule: str) -> Finding:
    identifier = f"{mask_nir(line.nir)} {line.reference}".strip()
    return Finding(line.path, identifier, field, value, rule)


Key = tuple[int, UUID, str, str]


def _store(known: list[tuple[UUID, Checked]], source: str, tally: DeclarationTally) -> None:
    """Compare with the last version of each, add what differs. The unique key refuses a second import at once."""
    latest = _latest({holder for holder, _ in known}, {item.year for _, item in known})
    added = []
    for holder, item in known:
        key: Key = (item.year, holder, item.kind.value, item.line.reference)
        before = latest.get(key)
        if before is not None and before.facts == item.facts:
            tally.unchanged += 1
            continue
        row = Declaration(
            holder_id=holder,
            kind=item.kind,
            year=item.year,
            reference=item.line.reference,
            version=before.version + 1 if before else 1,
            facts=item.facts,
            source=source[:200],
        )
        tally.added += before is None
        tally.corrected += before is not None
        latest[key] = row
        added.append(row)
    Declaration.objects.bulk_create(added)


def _latest(holders: set[UUID], years: set[int]) -> dict[Key, Declaration]:
    rows = (
        Declaration.objects.filter(year__in=years, holder_id__in=holders)
        .order_by("year", "holder_id", "kind", "reference", "-version")
        .distinct("year", "holder_id", "kind", "reference")
    )
    return {(row.year, row.holder_id, row.kind, row.reference): row for row in rows}
