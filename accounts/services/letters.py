"""Letters that leave by post: rows written with the business change, PDF files for the printer after it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.enums import LetterKind, LetterState
from accounts.models import PostalLetter
from cpa_portal.kernel.pdf import render_pdf
from cpa_portal.kernel.tasks import wake_after_commit

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from accounts.models import Holder

PRINT_TASK = "accounts.tasks.print_letters"
MAX_PER_SWEEP = 200
CODE_GROUP = 5


def write_activation_letter(*, holder: Holder, code: str, expires_at: datetime) -> PostalLetter:
    """The letter that brings an activation code, in the caller's transaction."""
    return _write(
        holder,
        LetterKind.ACTIVATION_CODE,
        {
            "code": " ".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP)),
            "expires_on": date_format(timezone.localtime(expires_at), "j F Y"),
            "site": f"{settings.SITE_URL}/activation/code/",
        },
    )


def write_proof_letter(*, holder: Holder, code: str, expires_at: datetime) -> PostalLetter:
    """The letter that brings a code by which the person proves who they are before spending."""
    return _write(
        holder,
        LetterKind.IDENTITY_PROOF,
        {
            "code": " ".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP)),
            "expires_on": date_format(timezone.localtime(expires_at), "j F Y"),
            "site": f"{settings.SITE_URL}/mon-compte/prouver-mon-identite/",
        },
    )


def write_address_changed_letter(*, holder: Holder, former_address: str, asked_on: datetime) -> PostalLetter:
    """Tell the former address that the account now has another, which the letter does not say."""
    return _write(
        holder,
        LetterKind.ADDRESS_CHANGED,
        {
            "asked_on": date_format(timezone.localtime(asked_on), "j F Y"),
            "site": f"{settings.SITE_URL}/mon-compte/securite/",
            "stands_days": settings.POSTAL_ADDRESS_STANDS_DAYS,
        },
        address=former_address,
    )


def write_restriction_end_letter(*, holder: Holder, what: str) -> PostalLetter:
    """The notice to a person who has no e-mail address."""
    site = f"{settings.SITE_URL}/mes-donnees/demandes/"
    return _write(holder, LetterKind.RESTRICTION_END, {"what": what, "site": site})


def print_waiting() -> int:
    """Hand every waiting letter to the printer, and return how many. Safe to run twice and to be killed."""
    printed = 0
    while printed < MAX_PER_SWEEP and _print_next():
        printed += 1
    return printed


def _write(holder: Holder, kind: LetterKind, content: dict[str, Any], *, address: str = "") -> PostalLetter:
    facts = {
        "name": holder.display_name,
        "address": [line for line in (address or holder.postal_address).splitlines() if line.strip()],
        "written_on": date_format(timezone.localdate(), "j F Y"),
        **content,
    }
    letter = PostalLetter.objects.create(holder=holder, kind=kind, content=json.dumps(facts))
    wake_after_commit(PRINT_TASK)
    return letter


@transaction.atomic
def _print_next() -> bool:
    letter = (
        PostalLetter.objects.filter(state=LetterState.WAITING)
        .order_by("created_at")
        .select_for_update(skip_locked=True)
        .first()
    )
    if letter is None:
        return False
    title = letter.get_kind_display()
    document = render_pdf(f"accounts/letters/{letter.kind}.typ", json.loads(letter.content), title=title)
    # The file bears the row's key: printed again after a crash, it replaces itself.
    _put(settings.LETTERS_DIR / f"{letter.pk}.pdf", document)
    letter.state, letter.printed_at, letter.content = LetterState.PRINTED, timezone.now(), ""
    letter.save(update_fields=["state", "printed_at", "content"])
    return True


def _put(path: Path, document: bytes) -> None:
    """Whole or not at all, and readable by this user alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_suffix(".part")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(document)
    unfinished.replace(path)
