"""Regions, départements and communes, from tables into the database."""

import csv
import datetime
import gzip
import io
import itertools
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from catalog import shipped
from catalog.enums import CommuneKind, ImportKind, Zone
from catalog.exceptions import UnreadableFile
from catalog.models import Commune, Department, ImportRun, Region
from catalog.services.differences import Tally, store_differences
from catalog.services.import_runs import finish_run, start_run
from catalog.words import fold

ZONES = {
    "metro": Zone.METROPOLITAN,
    "drom": Zone.OVERSEAS_DEPARTMENT,
    "com": Zone.OVERSEAS_COLLECTIVITY,
}
# The same facts under the names that other public files give them.
COLUMNS = {
    "code": ("code", "code_insee"),
    "name": ("name", "nom"),
    "kind": ("kind", "type"),
    "parent": ("parent", "commune_parent"),
    "department": ("department", "departement"),
    "postal_codes": ("postal_codes", "codes_postaux"),
    "population": ("population",),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon"),
}
ARRONDISSEMENT_MARKS = {"arrondissement", "A"}
REGION_FIELDS = ("name", "search_name", "zone")
DEPARTMENT_FIELDS = ("name", "search_name", "region_id")
COMMUNE_FIELDS = (
    "name",
    "search_name",
    "kind",
    "parent_id",
    "department_id",
    "postal_codes",
    "population",
    "latitude",
    "longitude",
    "is_approximate",
    "closed_on",
)


def import_communes(*, path: Path, today: datetime.date) -> ImportRun:
    """Load a table of communes (CSV, may be gzipped), with the shipped regions and départements.

    Communes that the table does not hold any more are closed. Raises UnreadableFile.
    """
    communes = list(read_communes(path))
    run = start_run(kind=ImportKind.COMMUNES, feed="", path=path)
    with transaction.atomic():
        store_differences(Region, read_regions(), key="code", fields=REGION_FIELDS)
        store_differences(Department, read_departments(), key="code", fields=DEPARTMENT_FIELDS)
        # Cities before their arrondissements, which point at them.
        tally = Tally()
        for kind in (CommuneKind.COMMUNE, CommuneKind.ARRONDISSEMENT):
            rows = [commune for commune in communes if commune.kind == kind]
            part = store_differences(Commune, rows, key="code", fields=COMMUNE_FIELDS)
            tally.created += part.created
            tally.changed += part.changed
        gone = Commune.objects.filter(closed_on=None).exclude(code__in=[c.code for c in communes])
        tally.closed = gone.update(closed_on=today)
        run.position = len(communes)
        return finish_run(run, tally)


def read_regions() -> Iterator[Region]:
    for row in _rows(shipped.REGIONS):
        name = row["name"]
        yield Region(code=row["code"], name=name, search_name=fold(name), zone=ZONES[row["zone"]])


def read_departments() -> Iterator[Department]:
    for row in _rows(shipped.DEPARTMENTS):
        name = row["name"]
        yield Department(code=row["code"], name=name, search_name=fold(name), region_id=row["region"])


def read_communes(path: Path) -> Iterator[Commune]:
    """Communes of a table whose columns bear one of the known names. Raises UnreadableFile."""
    rows = _rows(path)
    first = next(rows, None)
    names = {
        field: next((n for n in aliases if n in (first or {})), "") for field, aliases in COLUMNS.items()
    }
    missing = [aliases[0] for field, aliases in COLUMNS.items() if not names[field]]
    if first is None or missing:
        raise UnreadableFile("columns_missing", f"Colonnes absentes de {path.name} : {', '.join(missing)}.")
    for row in itertools.chain([first], rows):
        try:
            yield _commune(row, names)
        except ValueError as problem:
            message = f"{path.name}, commune {row[names['code']]} : {problem}."
            raise UnreadableFile("row_unreadable", message) from None


def _commune(row: dict[str, str], names: dict[str, str]) -> Commune:
    is_arrondissement = row[names["kind"]] in ARRONDISSEMENT_MARKS
    return Commune(
        code=row[names["code"]],
        name=row[names["name"]],
        search_name=fold(row[names["name"]]),
        kind=CommuneKind.ARRONDISSEMENT if is_arrondissement else CommuneKind.COMMUNE,
        parent_id=row[names["parent"]] if is_arrondissement else None,
        department_id=row[names["department"]],
        postal_codes=[code for code in row[names["postal_codes"]].split("|") if code],
        population=int(row[names["population"]] or 0),
        latitude=float(row[names["latitude"]]),
        longitude=float(row[names["longitude"]]),
        is_approximate=row.get("precision") == "neighbours",
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open("rb") as raw:
            zipped = raw.peek(2)[:2] == b"\x1f\x8b"  # type: ignore[attr-defined]
            data = gzip.GzipFile(fileobj=raw) if zipped else raw
            yield from csv.DictReader(io.TextIOWrapper(data, "utf-8-sig", newline=""))  # type: ignore[arg-type]
    except (OSError, EOFError, UnicodeDecodeError) as problem:
        raise UnreadableFile("file_unreadable", f"{path.name} ne se lit pas : {problem}.") from problem
