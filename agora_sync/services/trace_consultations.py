from __future__ import annotations

from typing import Any

from accounts.models import User
from agora_sync.models import TraceConsultation


def record_trace_consultation(*, user: User, criteria: dict[str, Any], shown: int) -> None:
    """Write who looked for which traces, and how many were shown, before they are shown. Source: INTEROPS-A, traces."""
    TraceConsultation.objects.create(user=user, criteria=criteria, shown=shown)
