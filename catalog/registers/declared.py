"""The public list of training organisations as the ministry of labour publishes it: a CSV, one line per declaration.

Source: data.gouv.fr, « Liste publique des organismes de formation » (code du travail, L6351-7-1), second version.
"""

import csv
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.enums import QualityScope
from catalog.exceptions import UnreadableFile
from catalog.lheo import fields
from catalog.lheo.facts import Finding
from catalog.lheo.fields import refused, repaired
from catalog.registers.records import NAME_LENGTH, Export, RecordReader
from cpa_portal.kernel.identifiers import InvalidIdentifier, normalise_siren

NDA, PREVIOUS, NAME = "numeroDeclarationActivite", "numerosDeclarationActivitePrecedent", "denomination"
SIREN, SIRET, DECLARED = (
    "siren",
    "siretEtablissementDeclarant",
    "informationsDeclarees.dateDerniereDeclaration",
)
SCOPES = {
    "certifications.actionsDeFormation": QualityScope.TRAINING,
    "certifications.bilansDeCompetences": QualityScope.SKILLS_REVIEW,
    "certifications.VAE": QualityScope.EXPERIENCE,
    "certifications.actionsDeFormationParApprentissage": QualityScope.APPRENTICESHIP,
}
REQUIRED = {NDA, NAME, SIREN, *SCOPES}
FLAGS = {"true": True, "false": False, "": False}


@dataclass(frozen=True)
class DeclaredFacts:
    nda: str
    previous_ndas: list[str]
    name: str
    siren: str
    siret: str
    qualiopi_for: list[str]
    declared_on: datetime.date | None


class DeclaredList:
    """Iterates over the declarations, each with its findings; None for one that cannot be told. Use once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read = 0
        self._seen: set[str] = set()

    def __iter__(self) -> Iterator[tuple[DeclaredFacts | None, list[Finding]]]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                lines = csv.DictReader(file, delimiter=";", restval="")
                if not set(lines.fieldnames or ()) >= REQUIRED:
                    message = f"{self.path.name} n'est pas la liste publique des organismes (colonnes {NDA}, {SIREN}…)."
                    raise UnreadableFile("header_unknown", message)
                for row in lines:
                    self.read += 1
                    export = Export()
                    reader = RecordReader(export, f"liste[{lines.line_num}]", (row[NDA] or "").strip())
                    yield self._declaration(reader, row), export.findings
        except (OSError, UnicodeDecodeError, csv.Error) as problem:
            raise UnreadableFile(
                "file_unreadable", f"{self.path.name} ne se lit pas : {problem}."
            ) from problem

    def _declaration(self, reader: RecordReader, row: dict[str, str]) -> DeclaredFacts | None:
        nda, siren = number(reader, row[NDA], NDA), siren_of(reader, row[SIREN])
        name = reader.text(row[NAME], NAME, length=NAME_LENGTH)
        if not nda or not siren:
            return None
        if nda in self._seen:
            reader.note(NDA, nda, refused("duplicate_number"))
            return None
        self._seen.add(nda)
        former = row.get(PREVIOUS, "").replace(",", " ").split()
        return DeclaredFacts(
            nda=nda,
            previous_ndas=[found for text in former if (found := number(reader, text, PREVIOUS))],
            name=name or nda,
            siren=siren,
            siret=siret_of(reader, row.get(SIRET, ""), siren),
            qualiopi_for=[
                scope.value for column, scope in SCOPES.items() if flag(reader, row[column], column)
            ],
            declared_on=reader.day(row.get(DECLARED, ""), DECLARED),
        )


def number(reader: RecordReader, text: str, name: str) -> str:
    """A declaration number, "" (reported) when it is none."""
    value, problem = fields.nda(text)
    if problem is not None:
        reader.note(name, text, problem)
    elif not value:
        reader.note(name, "", refused("required_missing"))
    return value


def siren_of(reader: RecordReader, text: str) -> str:
    try:
        return normalise_siren(text)
    except InvalidIdentifier as refusal:
        reader.note(SIREN, text, refused(f"siren_{refusal.cause.name.lower()}"))
        return ""


def siret_of(reader: RecordReader, text: str, siren: str) -> str:
    """The SIRET of the establishment; older files give its last five digits alone."""
    value = text.strip()
    if not value:
        return ""
    whole = f"{siren}{value}" if len(value) == 5 else value
    siret, problem = fields.siret(whole)
    if problem is not None:
        reader.note(SIRET, text, problem)
    elif not siret.startswith(siren):
        reader.note(SIRET, text, refused("siret_of_another"))
        return ""
    elif whole != value:
        reader.note(SIRET, text, repaired("siret_nic"))
    return siret


def flag(reader: RecordReader, text: str, name: str) -> bool:
    value = text.strip().lower()
    if value not in FLAGS:
        reader.note(name, text, refused("code_unknown"))
    return FLAGS.get(value, False)
