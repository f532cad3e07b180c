"""What this session proves of the person: a strong sign-in with its hour, and FranceConnect's session to close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from accounts.enums import AssuranceLevel, ProofKind
from accounts.models import IdentityProof
from accounts.selectors.holders import holder_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import User

ASSURANCE_KEY, ID_TOKEN_KEY = "assurance", "franceconnect_id_token"


@dataclass(frozen=True, slots=True)
class Assurance:
    """A sign-in with FranceConnect: whose, how strong, when. Only the session of the server makes one."""

    user_id: int
    level: AssuranceLevel
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Neither older than STEP_UP_FRESH_MINUTES nor from a later hour than now."""
        return timedelta(0) <= now - self.at <= timedelta(minutes=settings.STEP_UP_FRESH_MINUTES)


def keep_franceconnect_proof(request: HttpRequest, user: User, state: dict[str, Any]) -> None:
    """Remember in the session what FranceConnect proved, and write the evidence of a strong proof.

    `state`: the state of the sign-in once its answer was checked (`identity`, `reached`, `id_token`).
    """
    now, level = timezone.now(), AssuranceLevel(state["reached"])
    request.session[ASSURANCE_KEY] = {"user": user.pk, "level": level.value, "at": now.isoformat()}
    request.session[ID_TOKEN_KEY] = state["id_token"]
    holder = holder_of(user)
    if holder is not None and level.is_at_least(AssuranceLevel.EIDAS2):
        IdentityProof.objects.create(
            holder=holder,
            kind=ProofKind.FRANCECONNECT,
            level=level,
            verified_at=now,
            valid_until=now + timedelta(minutes=settings.STEP_UP_FRESH_MINUTES),
        )


def assurance_of(request: HttpRequest) -> Assurance | None:
    """What the session proves of the person who is signed in; None for a password alone."""
    kept = request.session.get(ASSURANCE_KEY)
    if kept is None or not request.user.is_authenticated or kept["user"] != request.user.pk:
        return None
    return Assurance(
        user_id=kept["user"], level=AssuranceLevel(kept["level"]), at=datetime.fromisoformat(kept["at"])
    )


def franceconnect_logout_url(request: HttpRequest, *, endpoint: str, return_url: str, state: str) -> str:
    """Where the browser closes the FranceConnect session too; "" when this session did not come from there."""
    id_token = request.session.get(ID_TOKEN_KEY)
    if not id_token:
        return ""
    query = {"id_token_hint": id_token, "post_logout_redirect_uri": return_url, "state": state}
    return f"{endpoint}?{urlencode(query)}"
