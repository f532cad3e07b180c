"""Certifications, their blocks and occupations, from the tables that come with the catalogue."""

import csv
import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models, transaction

from catalog.enums import CertificationState, ImportKind
from catalog.exceptions import UnreadableFile
from catalog.models import Certification, CertificationBlock, ImportRun, Occupation, Skill, Training
from catalog.services.differences import Tally, store_differences
from catalog.services.import_runs import finish_run, start_run
from catalog.services.search_index import refresh_search_entries
from catalog.services.vocabulary import refresh_job_titles, refresh_vocabulary
from catalog.words import families, index_text, lemmas

OCCUPATION_FIELDS = ("label", "titles", "near_codes", "search_lemmas", "search_families")
CERTIFICATION_FIELDS = (
    "diploma",
    "title",
    "level",
    "state",
    "expires_on",
    "nsf_codes",
    "formacodes",
    "formacode_labels",
    "certifiers",
    "search_lemmas",
    "search_families",
    "closed_on",
)


@dataclass
class Tables:
    """What the files hold, by the nature that their header tells."""

    certifications: list[dict[str, str]] = field(default_factory=list)
    blocks: list[dict[str, str]] = field(default_factory=list)
    occupations: list[dict[str, str]] = field(default_factory=list)
    skills: list[dict[str, str]] = field(default_factory=list)


HEADERS: dict[str, tuple[str, ...]] = {
    "certifications": ("number", "diploma", "title", "level", "state", "expires_on", "occupations",
                       "formacodes", "formacode_labels", "nsf", "certifiers"),
    "blocks": ("code", "certification", "title"),
    "occupations": ("code", "label", "titles", "near"),
    "skills": ("code", "label", "occupations"),
}  # fmt: skip


def import_certifications(*, paths: Iterable[Path], today: datetime.date) -> ImportRun:
    """Load any of the four tables, told by their headers. Certifications absent from theirs are closed.

    Raises UnreadableFile before anything is written.
    """
    paths = list(paths)
    tables = Tables()
    for path in paths:
        kind, rows = read_table(path)
        getattr(tables, kind).extend(rows)
    run = start_run(kind=ImportKind.CERTIFICATIONS, feed="", path=paths[0])
    with transaction.atomic():
        tally = store_tables(tables, today)
        run.position = len(tables.certifications) + len(tables.blocks)
        run.position += len(tables.occupations) + len(tables.skills)
        finish_run(run, tally)
    return run


def read_table(path: Path) -> tuple[str, list[dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = tuple(reader.fieldnames or ())
            kind = next((kind for kind, known in HEADERS.items() if header == known), None)
            if kind is None:
                raise UnreadableFile(
                    "header_unknown", f"{path.name} : en-tête inconnu ({', '.join(header)[:200]})."
                )
            return kind, list(reader)
    except (OSError, UnicodeDecodeError) as problem:
        raise UnreadableFile("file_unreadable", f"{path.name} ne se lit pas : {problem}.") from problem


def store_tables(tables: Tables, today: datetime.date) -> Tally:
    occupations = _store(Occupation, tables.occupations, _occupation, OCCUPATION_FIELDS)
    rows = [certification_of(row) for row in tables.certifications]
    tally = store_differences(Certification, rows, key="code", fields=CERTIFICATION_FIELDS)
    if rows:
        gone = Certification.objects.filter(closed_on=None).exclude(code__in=[row.code for row in rows])
        tally.closed = gone.update(closed_on=today)
        link_occupations({row["number"]: _parts(row["occupations"]) for row in tables.certifications})
    known = set(Certification.objects.values_list("code", flat=True))
    blocks = [row for row in tables.blocks if row["certification"] in known]
    _store(CertificationBlock, blocks, _block, ("certification_id", "title"))
    store_skills(tables.skills)
    link_trainings()
    if occupations.created or occupations.changed:
        refresh_job_titles()
    if tally.created or tally.changed or occupations.created or occupations.changed:
        refresh_what_searches_read()
    return tally


def store_skills(rows: list[dict[str, str]]) -> None:
    """The table is whole: a skill that it holds no more leaves, nothing else points at it."""
    if not rows:
        return
    _store(Skill, rows, _skill, ("label", "search_text"))
    Skill.objects.exclude(code__in=[row["code"] for row in rows]).delete()
    link_occupations({row["code"]: _parts(row["occupations"]) for row in rows}, of=Skill)


def refresh_what_searches_read() -> None:
    """To be called when certifications or occupations have changed."""
    refresh_search_entries(Training.objects.filter(closed_on=None).values_list("pk", flat=True))
    refresh_vocabulary()


def _store(
    model: type[models.Model],
    rows: list[dict[str, str]],
    build: Callable[[dict[str, str]], Any],
    fields: tuple[str, ...],
) -> Tally:
    return store_differences(model, [build(row) for row in rows], key="code", fields=fields)


def _occupation(row: dict[str, str]) -> Occupation:
    titles = _parts(row["titles"])
    return Occupation(
        code=row["code"],
        label=row["label"],
        titles=titles,
        near_codes=_parts(row["near"]),
        search_lemmas=lemmas(row["label"]),
        search_families=families(row["label"]),
    )


def _skill(row: dict[str, str]) -> Skill:
    return Skill(code=row["code"], label=row["label"], search_text=index_text(row["label"]))


def _block(row: dict[str, str]) -> CertificationBlock:
    return CertificationBlock(
        code=row["code"], certification_id=row["certification"], title=row["title"][:500]
    )


def certification_of(row: dict[str, str]) -> Certification:
    """Raises UnreadableFile for a level, a state or a date that cannot be read."""
    labels = _parts(row["formacode_labels"])
    words = " ".join([row["diploma"], row["title"], *labels])
    try:
        return Certification(
            code=row["number"],
            diploma=row["diploma"],
            title=row["title"],
            level=int(row["level"]) if row["level"] else None,
            state=CertificationState(row["state"]),
            expires_on=datetime.date.fromisoformat(row["expires_on"]) if row["expires_on"] else None,
            nsf_codes=_parts(row["nsf"]),
            formacodes=_parts(row["formacodes"]),
            formacode_labels=labels,
            certifiers=_parts(row["certifiers"]),
            search_lemmas=lemmas(words),
            search_families=families(words),
        )
    except ValueError as problem:
        raise UnreadableFile("row_unreadable", f"{row['number']} : {problem}.") from problem


def link_occupations(
    codes_of: Mapping[str, Iterable[str]], *, of: type[Certification] | type[Skill] = Certification
) -> None:
    """Tie each certification, or skill, to these occupations and to no other. Unknown occupations are left out."""
    link: Any = of.occupations.through
    owner = f"{of._meta.model_name}_id"
    known = set(Occupation.objects.values_list("code", flat=True))
    wanted = {code: known.intersection(codes) for code, codes in codes_of.items()}
    held = link.objects.filter(**{f"{owner}__in": wanted}).values_list("pk", owner, "occupation_id")
    surplus = [key for key, code, occupation in held.iterator() if occupation not in wanted[code]]
    link.objects.filter(pk__in=surplus).delete()
    link.objects.bulk_create(
        [link(**{owner: code, "occupation_id": o}) for code, codes in wanted.items() for o in sorted(codes)],
        ignore_conflicts=True,
        batch_size=2_000,
    )


def link_trainings() -> None:
    """Trainings that named a certification before it was known here."""
    named = Training.objects.filter(certification=None).exclude(certification_code="")
    codes = Certification.objects.filter(code=models.OuterRef("certification_code"))
    named.filter(models.Exists(codes)).update(certification_id=models.F("certification_code"))


def _parts(text: str) -> list[str]:
    return [part for part in text.split("|") if part]
