"""Tables handed over as files."""

from __future__ import annotations

from django.http import HttpResponse


def csv_attachment(content: str, name: str) -> HttpResponse:
    """The file to save, under that name."""
    # Without this mark, a French spreadsheet reads accents in another encoding.
    return HttpResponse(
        f"\ufeff{content}",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
