"""The daily set of CSV files, zipped. Files are told by their headers: their names have letters of another alphabet.

Source: data.gouv.fr, « Répertoire national des certifications professionnelles et répertoire spécifique ».
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from catalog.exceptions import UnreadableFile
from catalog.registers.records import (
    BLOCK,
    FORMACODE,
    NAME_LENGTH,
    NSF,
    ROME,
    Export,
    Record,
    RecordReader,
)

Row = dict[str, str]
# A whole set unzipped is about 60 MB: beyond this it is no export.
LARGEST_BYTES = 1_000_000_000
KEY = "Numero_Fiche"


def read_csv_export(path: Path) -> Export:
    """Raises UnreadableFile when the zip does not open or has no file of certifications."""
    export = Export()
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_BYTES:
                raise UnreadableFile("file_too_large", f"{path.name} est trop gros pour être cet export.")
            entries = {entry: columns_of(archive, entry) for entry in archive.infolist()}
            # Certifications first: the other files say more of those that are known.
            for columns, read in READERS.items():
                for entry, found in entries.items():
                    if set(columns) <= set(found):
                        read_entry(export, archive, entry, columns[-1], read)
    except (OSError, zipfile.BadZipFile, zlib.error, UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableFile("file_unreadable", f"{path.name} ne se lit pas : {problem}.") from problem
    if not export.read:
        message = (
            f"{path.name} ne contient pas le fichier des certifications (Numero_Fiche, Intitule, Actif)."
        )
        raise UnreadableFile("header_unknown", message)
    return export


def rows_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[list[str]]:
    with archive.open(entry) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
        yield from csv.reader(text, delimiter=";")


def columns_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> list[str]:
    if entry.is_dir():
        return []
    return next(rows_of(archive, entry), [])


def read_entry(
    export: Export,
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    kind: str,
    read: Callable[[RecordReader, Record, Row], None],
) -> None:
    rows = rows_of(archive, entry)
    header = next(rows)
    for number, values in enumerate(rows, start=2):
        row = dict(zip(header, [*values, *[""] * len(header)], strict=False))
        reader = RecordReader(export, f"{kind}[{number}]", row[KEY].strip())
        export.read += read is standard
        record = (reader.new_record if read is standard else reader.known_record)(row[KEY], KEY)
        if record is None:
            continue
        read(reader, record, row)
        export.keep(record)


def standard(reader: RecordReader, record: Record, row: Row) -> None:
    record.diploma = reader.diploma(row.get("Abrege_Libelle", ""), "Abrege_Libelle")
    record.title = reader.title(row["Intitule"], "Intitule", record.diploma)
    record.level = reader.level(row.get("Nomenclature_Europe_Niveau", ""), "Nomenclature_Europe_Niveau")
    record.state = reader.state(row["Actif"], "Actif")
    record.expires_on = reader.day(row.get("Date_Fin_Enregistrement", ""), "Date_Fin_Enregistrement")


def block(reader: RecordReader, record: Record, row: Row) -> None:
    code = reader.coded(row["Bloc_Competences_Code"], BLOCK, "Bloc_Competences_Code")
    record.add_block(code, reader.title_of_block(row["Bloc_Competences_Libelle"], "Bloc_Competences_Libelle"))


def certifier(reader: RecordReader, record: Record, row: Row) -> None:
    reader.siret(row.get("Siret_Certificateur", ""), "Siret_Certificateur")
    record.add("certifiers", reader.text(row["Nom_Certificateur"], "Nom_Certificateur", length=NAME_LENGTH))


def occupation(reader: RecordReader, record: Record, row: Row) -> None:
    record.add("occupation_codes", reader.coded(row["Codes_Rome_Code"], ROME, "Codes_Rome_Code"))


def formacode(reader: RecordReader, record: Record, row: Row) -> None:
    record.add("formacodes", reader.coded(row["Formacode_Code"], FORMACODE, "Formacode_Code"))
    record.add("formacode_labels", reader.label(row["Formacode_Libelle"], "Formacode_Libelle"))


def nsf(reader: RecordReader, record: Record, row: Row) -> None:
    record.add("nsf_codes", reader.coded(row["Nsf_Code"], NSF, "Nsf_Code"))


def successor(reader: RecordReader, record: Record, row: Row) -> None:
    if row["Nouvelle_Certification"].strip():
        record.add("successor_codes", reader.number(row["Nouvelle_Certification"], "Nouvelle_Certification"))


# The columns that tell a file, the last of which names it in the report. The partners, the collective agreements and
# the ways of access are not read: nothing here uses them.
READERS: dict[tuple[str, ...], Callable[[RecordReader, Record, Row], None]] = {
    (KEY, "Actif", "Intitule"): standard,
    (KEY, "Bloc_Competences_Libelle", "Bloc_Competences_Code"): block,
    (KEY, "Nom_Certificateur"): certifier,
    (KEY, "Codes_Rome_Code"): occupation,
    (KEY, "Formacode_Libelle", "Formacode_Code"): formacode,
    (KEY, "Nsf_Code"): nsf,
    (KEY, "Nouvelle_Certification"): successor,
}
