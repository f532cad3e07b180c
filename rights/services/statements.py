"""Situation statements: a dated paper that anybody may check who was given its code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Holder
from cpa_portal.kernel.encryption import keyed_hash
from cpa_portal.kernel.pdf import render_pdf
from cpa_portal.kernel.templatetags.cpa import date_fr
from rights.exceptions import TooManyChecks
from rights.models import Statement
from rights.selectors.counters import counters_of, entries_of
from rights.wording.amounts import format_amount
from rights.wording.entries import entry_sentence

# Crockford's alphabet, in four groups of four: 80 bits, that nobody guesses and that can be read aloud.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH, GROUP = 16, 4
ENTRIES_PRINTED = 20
TITLE = "Relevé de mes droits à la formation"
CHECK_WINDOW_SECONDS = 60


@dataclass(frozen=True)
class DrawnStatement:
    """The document and the code printed on it, which is kept nowhere else."""

    pdf: bytes
    code: str
    at: datetime


def draw_statement(*, holder: Holder, address: str) -> DrawnStatement:
    """Write down what the rights are now, and print it with a code. `address`: the public page that checks it."""
    lines = counters_of(holder)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    balances = [[line.description.name, format_amount(line.balance, line.unit)] for line in lines]
    statement = Statement.objects.create(code_hash=_hashed(code), holder=holder, balances=balances)
    statement.refresh_from_db(fields=["at"])
    pdf = render_pdf(
        "rights/statement.typ",
        {
            "person": f"{holder.first_names} {holder.birth_name}",
            "made_on": date_fr(timezone.localtime(statement.at)),
            "code": spelled(code),
            "address": address,
            "rights": [_printed(line) for line in lines],
        },
        title=TITLE,
        created_at=statement.at,
    )
    return DrawnStatement(pdf, code, statement.at)


def _printed(line: Any) -> dict[str, Any]:
    entries = entries_of(line.counter)[:ENTRIES_PRINTED]
    return {
        "name": line.description.name,
        "balance": format_amount(line.balance, line.unit),
        "reserved": format_amount(line.reserved, line.unit) if line.reserved else "",
        "pays_for": line.description.pays_for,
        "does_not_pay_for": line.description.does_not_pay_for,
        "entries": [
            [
                date_fr(entry.value_date),
                entry_sentence(entry, line.unit),
                format_amount(entry.balance_after, line.unit),
            ]
            for entry in entries
        ],
    }


def _hashed(code: str) -> str:
    """Drawn at random over 80 bits: no key is needed to keep it from being guessed, and none to keep it checkable."""
    return sha256(code.encode()).hexdigest()


def spelled(code: str) -> str:
    """The code as it is printed: `ABCD-EFGH-JKMN-PQRS`."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def check_statement(*, code: str, origin: str) -> Statement | None:
    """The statement of that code; None when there is none. Hyphens, spaces and small letters do not matter.

    Raises TooManyChecks beyond settings.STATEMENT_CHECKS a minute for one origin (an IP address).
    """
    _count_check(origin)
    typed = "".join(code.upper().split()).replace("-", "")
    # As one dictates: O is a zero, I and L are a one.
    typed = typed.translate(str.maketrans("OIL", "011"))
    return Statement.objects.filter(code_hash=_hashed(typed)).first() if typed else None


def _count_check(origin: str) -> None:
    if not settings.STATEMENT_CHECKS:
        return
    key = f"statement-check:{keyed_hash(origin)}"
    cache.add(key, 0, timeout=CHECK_WINDOW_SECONDS)
    try:
        seen = int(cache.incr(key))
    except ValueError:
        # It expired between the two calls: this is the first of a new minute.
        seen = 1
    if seen > settings.STATEMENT_CHECKS:
        raise TooManyChecks
