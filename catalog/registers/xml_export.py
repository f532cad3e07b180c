"""The same registers as one XML file each: FICHES/FICHE. Streamed, in bounded memory, like the offer."""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from catalog.exceptions import UnreadableFile
from catalog.lheo.source import SAFELY, let_go, opened, refuse_doctype
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


def read_xml_export(path: Path) -> Export:
    """Raises UnreadableFile when the XML is broken or holds no FICHE: half a register is not a register."""
    refuse_doctype(path)
    export = Export()
    try:
        with opened(path) as file:
            for _, element in etree.iterparse(file, events=("end",), tag="FICHE", **SAFELY):
                export.read += 1
                read_record(export, element, export.read)
                let_go(element)
    except etree.XMLSyntaxError as problem:
        message = f"{path.name} n'est pas un fichier XML lisible (ligne {problem.lineno} : {problem.msg})."
        raise UnreadableFile("xml_unreadable", message[:300]) from None
    if not export.read:
        raise UnreadableFile("header_unknown", f"{path.name} ne contient aucune FICHE de certification.")
    return export


def read_record(export: Export, element: etree._Element, rank: int) -> None:
    number = said(element, "NUMERO_FICHE")
    reader = RecordReader(export, f"/FICHES/FICHE[{rank}]", number)
    record = reader.new_record(number, "NUMERO_FICHE")
    if record is None:
        return
    record.diploma = reader.diploma(said(element, "ABREGE/CODE"), "ABREGE/CODE")
    record.title = reader.title(said(element, "INTITULE"), "INTITULE", record.diploma)
    record.level = reader.level(said(element, "NOMENCLATURE_EUROPE/NIVEAU"), "NOMENCLATURE_EUROPE/NIVEAU")
    record.state = reader.state(said(element, "ACTIF"), "ACTIF")
    record.expires_on = reader.day(said(element, "DATE_FIN_ENREGISTREMENT"), "DATE_FIN_ENREGISTREMENT")
    read_lists(reader, record, element)
    export.keep(record)


def read_lists(reader: RecordReader, record: Record, element: etree._Element) -> None:
    for found in element.iterfind(".//BLOC_COMPETENCES"):
        code = reader.coded(said(found, "CODE"), BLOCK, "BLOC_COMPETENCES/CODE")
        record.add_block(code, reader.title_of_block(said(found, "LIBELLE"), "BLOC_COMPETENCES/LIBELLE"))
    for found in element.iterfind("CERTIFICATEURS/*"):
        reader.siret(said(found, "SIRET_CERTIFICATEUR"), "SIRET_CERTIFICATEUR")
        name = reader.text(said(found, "NOM_CERTIFICATEUR"), "NOM_CERTIFICATEUR", length=NAME_LENGTH)
        record.add("certifiers", name)
    for text in texts(element, "CODES_ROME/*/CODE"):
        record.add("occupation_codes", reader.coded(text, ROME, "CODES_ROME/CODE"))
    for found in element.iterfind("FORMACODES/*"):
        record.add("formacodes", reader.coded(said(found, "CODE"), FORMACODE, "FORMACODE/CODE"))
        record.add("formacode_labels", reader.label(said(found, "LIBELLE"), "FORMACODE/LIBELLE"))
    for text in texts(element, "CODES_NSF/*/CODE"):
        record.add("nsf_codes", reader.coded(text, NSF, "CODES_NSF/CODE"))
    for text in texts(element, "NOUVELLE_CERTIFICATION"):
        record.add("successor_codes", reader.number(text, "NOUVELLE_CERTIFICATION"))


def said(element: etree._Element, path: str) -> str:
    return element.findtext(path) or ""


def texts(element: etree._Element, path: str) -> Iterator[str]:
    return (found.text for found in element.iterfind(path) if found.text and found.text.strip())
