"""A whole file, written as it is invented: memory does not grow with it."""

import csv
import datetime
import random
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from catalog.generation.dirt import Expected, soil
from catalog.generation.edof import EdofWriter
from catalog.generation.organisations import FIRST_SERIAL, invent_organisations
from catalog.generation.tables import load_tables
from catalog.generation.trainings import TrainingMaker
from catalog.generation.xml import LHEOWriter
from cpa_portal.kernel.identifiers import fictitious_siret

# The organisation of Ajaccio that always has an open welding session.
SHOWCASE_SIRET = fictitious_siret(FIRST_SERIAL)
WRITERS: dict[str, type[LHEOWriter]] = {"edof": EdofWriter}
REPORT_COLUMNS = ("file", "path", "identifier", "field", "value", "rule", "action")


@dataclass(frozen=True)
class GenerationOrder:
    """`dirt`: share of the formations, 0 to 1, that get one defect. `first_day`: dates run around it."""

    organisations: int
    sessions: int
    seed: int
    first_day: datetime.date
    dialect: str = "lheo23"
    dirt: float = 0.0


@dataclass(frozen=True)
class Generated:
    formations: int
    sessions: int
    expected: int


def generate_offer(out: Path, order: GenerationOrder) -> Generated:
    """Write the file, and the report to expect of its import, `<out>.expected.csv`, when there is one."""
    expected: list[Expected] = []
    formations = 0
    writer = WRITERS.get(order.dialect, LHEOWriter)(order.dialect)
    with out.open("wb") as file, etree.xmlfile(file, encoding=writer.encoding) as xml:
        xml.write_declaration()
        namespace = f"{{{writer.namespace}}}"
        with (
            xml.element(f"{namespace}lheo", nsmap={None: writer.namespace}),
            xml.element(f"{namespace}offres"),
        ):
            for element, lines in _elements(order, writer):
                xml.write("\n", element)
                formations += 1
                expected += lines
    if order.dirt or expected:
        _write_expected(out, expected)
    return Generated(formations, order.sessions, len(expected))


def _elements(order: GenerationOrder, writer: LHEOWriter):  # type: ignore[no-untyped-def]
    # Not for secrets: the same seed must give the same file.
    rng = random.Random(order.seed)  # noqa: S311
    # A generator of its own, so that the same offer comes out with and without dirt.
    dirt = random.Random(order.seed + 1)  # noqa: S311
    tables = load_tables(order.first_day)
    maker = TrainingMaker(rng, tables, order.first_day)
    organisations = invent_organisations(rng, tables, count=order.organisations, sessions=order.sessions)
    rank = 0
    for number, organisation in enumerate(organisations):
        for training in maker.trainings_of(organisation, number):
            rank += 1
            element = writer.formation(training)
            if rank == 1 or dirt.random() >= order.dirt:
                yield element, writer.announced(element, rank)
                continue
            soiled = soil(dirt, element, rank)
            yield soiled.elements[0], soiled.expected + writer.announced(soiled.elements[0], rank)
            for double in soiled.elements[1:]:
                rank += 1
                yield double, writer.announced(double, rank)


def _write_expected(out: Path, expected: list[Expected]) -> None:
    with out.with_name(f"{out.name}.expected.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(REPORT_COLUMNS)
        for line in expected:
            rows.writerow(
                (out.name, line.path, line.identifier, line.field, line.value, line.rule, line.action)
            )
