"""What an export says of one certification, and the rules on its fields, the same for the CSV set and for the XML."""

import datetime
import re
from dataclasses import dataclass, field

from catalog.enums import CertificationState
from catalog.lheo.facts import Finding
from catalog.lheo.fields import Problem, refused, repaired
from cpa_portal.kernel.identifiers import InvalidIdentifier, certification_code, normalise_siret

VALUE_LENGTH = 200
TITLE_LENGTH, LABEL_LENGTH, NAME_LENGTH = 500, 120, 250
STATES = {
    "ACTIVE": CertificationState.ACTIVE, "OUI": CertificationState.ACTIVE,
    "INACTIVE": CertificationState.INACTIVE, "NON": CertificationState.INACTIVE,
}  # fmt: skip
# Short names of diplomas that people do not use; the others stand as the register writes them.
DIPLOMAS = {
    "TP": "Titre professionnel", "MC": "Mention complémentaire", "MASTER": "Master", "LICENCE": "Licence",
    "LP": "Licence professionnelle", "LICENCE PROFESSIONNELLE": "Licence professionnelle", "BAC PRO": "Bac pro",
    "TITRE INGÉNIEUR": "Titre d'ingénieur",
}  # fmt: skip


@dataclass
class Record:
    """One certification. `path` says where in the export it stands."""

    path: str
    code: str
    diploma: str = ""
    title: str = ""
    level: int | None = None
    state: CertificationState = CertificationState.UNKNOWN
    expires_on: datetime.date | None = None
    nsf_codes: list[str] = field(default_factory=list)
    formacodes: list[str] = field(default_factory=list)
    formacode_labels: list[str] = field(default_factory=list)
    certifiers: list[str] = field(default_factory=list)
    occupation_codes: list[str] = field(default_factory=list)
    successor_codes: list[str] = field(default_factory=list)
    blocks: dict[str, str] = field(default_factory=dict)

    def add(self, names: str, value: str) -> None:
        """Append to one of the lists what is not there yet."""
        values: list[str] = getattr(self, names)
        if value and value not in values:
            values.append(value)

    def add_block(self, code: str, title: str) -> None:
        """The first title of a block is kept."""
        if code and title:
            self.blocks.setdefault(code, title)


@dataclass
class Export:
    records: dict[str, Record] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    read: int = 0

    def keep(self, record: Record) -> None:
        """A certification without a title is none: nobody could tell what it is."""
        if record.title:
            self.records[record.code] = record

    def note(self, path: str, code: str, name: str, value: str, problem: Problem | None) -> None:
        if problem is not None:
            short = " ".join(value.split())[:VALUE_LENGTH]
            self.findings.append(Finding(path[:300], code[:160], name, short, problem.rule, problem.action))


class RecordReader:
    """Puts the fields of one element or line into a record, with the report."""

    def __init__(self, export: Export, path: str, code: str = "") -> None:
        self.export, self.path, self.code = export, path, code

    def new_record(self, number: str, name: str) -> Record | None:
        """The certification that an element or a line opens; None (reported) when malformed or said twice."""
        code = self._code_of(number, name)
        if code in self.export.records:
            self.note(name, code, refused("duplicate_number"))
            return None
        return Record(self.path, code) if code else None

    def known_record(self, number: str, name: str) -> Record | None:
        """The certification that a line says more of; None (reported) when malformed or not in the export."""
        code = self._code_of(number, name)
        if code and code not in self.export.records:
            self.note(name, code, refused("certification_unknown"))
        return self.export.records.get(code)

    def _code_of(self, number: str, name: str) -> str:
        code = self.number(number, name)
        self.code = code or self.code
        return code

    def number(self, value: str, name: str) -> str:
        """The number of a certification, "" (reported) when it is none."""
        text = value.strip()
        try:
            code = certification_code(text)
        except InvalidIdentifier:
            self.note(name, text, refused("certification_code_malformed"))
            return ""
        if not re.fullmatch(NUMBER, code):
            self.note(name, text, refused("certification_code_malformed"))
            return ""
        if code != text:
            self.note(name, text, repaired("certification_code_format"))
        return code

    def text(self, value: str, name: str, *, length: int) -> str:
        """One line. Some apostrophes are written twice in the exports, as their database escapes them."""
        text = " ".join(value.split())
        if "''" in text:
            self.note(name, text, repaired("apostrophe_doubled"))
            text = re.sub("'{2,}", "'", text)
        if len(text) > length:
            self.note(name, text, repaired("text_too_long"))
            text = text[: length - 1].rstrip() + "…"
        return text

    def level(self, value: str, name: str) -> int | None:
        """NIV3 to NIV8; « niveau3 » in older exports."""
        text = value.strip()
        found = re.fullmatch(r"(?i)(niv|niveau)\s*([1-8])", text)
        if not found:
            if text:
                self.note(name, text, refused("level_unknown"))
            return None
        if found[1] != "NIV":
            self.note(name, text, repaired("level_format"))
        return int(found[2])

    def state(self, value: str, name: str) -> CertificationState:
        text = value.strip()
        if text and text.upper() not in STATES:
            self.note(name, text, refused("code_unknown"))
        return STATES.get(text.upper(), CertificationState.UNKNOWN)

    def day(self, value: str, name: str) -> datetime.date | None:
        """dd/mm/yyyy, as these exports write dates."""
        text = value.strip()
        found = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", text)
        if not text:
            return None
        if not found:
            self.note(name, text, refused("date_malformed"))
            return None
        try:
            return datetime.date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:
            self.note(name, text, refused("date_impossible"))
            return None

    def siret(self, value: str, name: str) -> None:
        """The exports put a TAB before the number, for spreadsheets. It is checked, and not kept."""
        text = value.strip()
        if text:
            try:
                normalise_siret(text)
            except InvalidIdentifier as refusal:
                self.note(name, text, refused(f"siret_{refusal.cause.name.lower()}"))

    def coded(self, value: str, pattern: str, name: str) -> str:
        text = value.strip()
        if text and not re.fullmatch(pattern, text):
            self.note(name, text, refused("code_malformed"))
            return ""
        return text

    def label(self, value: str, name: str) -> str:
        """« 42872 : Sécurité incendie » → « Sécurité incendie »."""
        return self.text(re.sub(r"^\s*\w+\s*:\s*", "", value), name, length=LABEL_LENGTH)

    def title_of_block(self, value: str, name: str) -> str:
        return self.text(value, name, length=TITLE_LENGTH)

    def diploma(self, value: str, name: str) -> str:
        text = self.text(value, name, length=60)
        return DIPLOMAS.get(text.upper(), text)

    def title(self, value: str, name: str, diploma: str) -> str:
        title = self.text(value, name, length=TITLE_LENGTH)
        if not title:
            self.note(name, "", refused("required_missing"))
        # The page says the diploma before the title: not twice.
        rest = title[len(diploma) :].lstrip(" -–:") if diploma else ""
        return rest if rest and title.lower().startswith(f"{diploma.lower()} ") else title

    def note(self, name: str, value: str, problem: Problem) -> None:
        self.export.note(f"{self.path}/{name}", self.code, name, value, problem)


# What the database holds; the registers are at five digits.
NUMBER = r"(?:RNCP|RS)[0-9]{1,6}"
ROME, FORMACODE, NSF = r"[A-N][0-9]{4}", r"[0-9]{5}", r"[0-9]{2,3}[a-z]?"
BLOCK = r"(?:RNCP|RS)[0-9]{1,6}BC[0-9]{1,3}"
