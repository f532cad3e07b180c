"""Typst templates stand beside the HTML ones (`templates/rights/certificate.typ`) and read their data as JSON.

What people typed reaches a template as strings inside that JSON, never as source: Typst shows a string as it
is, whatever signs of its own language it holds.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
import typst
from django.core.serializers.json import DjangoJSONEncoder
from django.template import TemplateDoesNotExist, engines
from django.utils import timezone
from django.utils._os import safe_join

from cpa_portal.kernel.pdf.alphabet import reduced

# Tags, language, title and reading order are then mandatory: a template that lacks one does not compile.
STANDARDS: "list[typst.PDFStandard]" = ["ua-1"]

logger = structlog.stdlib.get_logger("cpa_portal.pdf")


class PDFRenderingError(Exception):
    """The template does not compile with this data. The message names the template and quotes no data."""


def render_pdf(
    template_name: str, data: Mapping[str, Any], *, title: str, created_at: datetime | None = None
) -> bytes:
    """The PDF of a template, named from a folder of templates (`rights/certificate.typ`).

    The template begins with `#import "/pdf/house.typ": data, house` and `#show: house`; `data` is `data` as
    JSON reads it (dates become ISO texts, money comes already formatted). `title` is the document's title, in
    its metadata and at its head. `created_at` is now unless told: the same instant gives the same bytes.

    A sign that no embedded font draws is replaced by U+FFFD. Raises TemplateDoesNotExist, PDFRenderingError.
    """
    inputs = {"title": title, "data": json.dumps(data, cls=DjangoJSONEncoder)}
    instant = (created_at or timezone.now()).astimezone(UTC).replace(microsecond=0)
    root, template = _find(template_name)
    try:
        return _compile(root, template, inputs, instant)
    except typst.TypstError:
        # PDF/UA forbids a sign without a glyph, and the embedded fonts have no Chinese nor emoji: a name or a
        # message may hold some, and its owner is still entitled to the document.
        logger.warning("pdf_alphabet_reduced", template=template_name)
    try:
        reduced_inputs = {"title": reduced(title), "data": json.dumps(reduced(json.loads(inputs["data"])))}
        return _compile(root, template, reduced_inputs, instant)
    except typst.TypstError as error:
        raise PDFRenderingError(f"{template_name}: {_place(error)}") from None


def _find(template_name: str) -> tuple[Path, Path]:
    """The folder of templates that holds the template, and the template."""
    for folder in engines["django"].template_dirs:
        path = Path(safe_join(folder, template_name))
        if path.is_file():
            return Path(folder), path
    raise TemplateDoesNotExist(template_name)


def _compile(root: Path, template: Path, inputs: dict[str, str], instant: datetime) -> bytes:
    return typst.compile(
        template,
        root=root,
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=STANDARDS,
        # The fonts of the wheel only: the same document on every machine.
        ignore_system_fonts=True,
        timestamp=instant,
    )


def _place(error: typst.TypstError) -> str:
    """Where the template fails: the lines that draw the place, without the message, which may quote data."""
    lines = [line.strip() for line in error.diagnostic.splitlines() if "┌─" in line]
    return " ".join(lines) or "the template does not compile"
