"""Who acts on a training file, and in what capacity."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from rights.enums import FileRole


@dataclass(frozen=True)
class Party:
    """`payer_codes`: for a payer, the bodies it answers for. `user`: who it was, when it is a person here."""

    role: FileRole
    user: User | None = None
    payer_codes: frozenset[str] = frozenset()


HOLDER, SYSTEM, AGORA = Party(FileRole.HOLDER), Party(FileRole.SYSTEM), Party(FileRole.AGORA)
