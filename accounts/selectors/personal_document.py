"""The copy of a person's data as a document: the same content as the file, laid out to be read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format

from accounts.selectors.personal_data import retention_rules, titled_copy
from cpa_portal.kernel.pdf import render_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import Holder

TEMPLATE = "accounts/personal_document.typ"
TITLE = "Copie de mes données personnelles"
UNKNOWN = "Non renseigné"
Block = dict[str, Any]


def personal_document(holder: Holder) -> bytes:
    """Everything held about the person, as PDF/UA-1: one table by record, a title by kind of record."""
    now = timezone.localtime()
    data = {
        "person": holder.display_name,
        "made_on": date_format(now, "j F Y à G \\h i"),
        "parts": [
            {"title": title, "blocks": list(blocks_of(part, 2))} for title, part in titled_copy(holder)
        ],
        "retention": [[rule.data_class, rule.seen_by, rule.kept, rule.ground] for rule in retention_rules()],
    }
    return render_pdf(TEMPLATE, data, title=TITLE, created_at=now)


def blocks_of(content: dict[str, Any], level: int) -> Iterator[Block]:
    """Titles, tables and sentences, in reading order. A table is the pairs of one record, in words."""
    facts = [[key, in_words(value)] for key, value in content.items() if not _is_nested(value)]
    if facts:
        yield {"kind": "table", "rows": facts}
    for key, value in content.items():
        if _is_nested(value):
            yield {"kind": "title", "level": level, "text": key}
            yield from _nested(value, level + 1)


def in_words(value: Any) -> str:
    """What a person reads in place of a value of the file: dates in French, yes and no, « Non renseigné »."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "oui" if value else "non"
    moment = _moment(value)
    if isinstance(moment, dt.datetime):
        return date_format(timezone.localtime(moment), "j F Y à G \\h i")
    return date_format(moment, "j F Y") if moment else str(value)


def _moment(value: Any) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        return None
    try:
        moment = parse_date(value) or parse_datetime(value)
    except ValueError:
        return None
    # An instant without zone is a text that looks like one.
    return None if isinstance(moment, dt.datetime) and timezone.is_naive(moment) else moment


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list | tuple)


def _nested(value: Any, level: int) -> Iterator[Block]:
    if isinstance(value, dict):
        yield from blocks_of(value, level) if value else _nothing()
        return
    if not value:
        yield from _nothing()
    for item in value:
        if isinstance(item, dict):
            yield from blocks_of(item, level)
        else:
            yield {"kind": "text", "text": in_words(item)}


def _nothing() -> Iterator[Block]:
    yield {"kind": "text", "text": "Rien n’est enregistré."}
