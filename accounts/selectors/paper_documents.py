"""Paper forms as accessible PDF: empty, the same for everybody."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

from accounts.paper_forms import IDENTITY
from cpa_portal.kernel.pdf import render_pdf

if TYPE_CHECKING:
    from accounts.paper_forms import PaperForm

# The same bytes whoever asks: the day it was drawn says nothing.
DRAWN_ON = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@cache
def paper_document(form: PaperForm) -> bytes:
    """The form as PDF/UA-1. Drawn once in a process."""
    data = {
        "use": form.use,
        "identity": list(IDENTITY),
        "lines": list(form.lines),
        "boxes": list(form.boxes),
        "sentence": form.sentence,
        "after": form.after,
    }
    return render_pdf("accounts/paper_form.typ", data, title=form.title, created_at=DRAWN_ON)
