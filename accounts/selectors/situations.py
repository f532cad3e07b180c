"""What a person is on a day."""

from __future__ import annotations

from datetime import date

from accounts.enums import SituationKind, SituationSource
from accounts.models import Holder, Situation


def is_registered_job_seeker(holder: Holder, day: date) -> bool:
    """France Travail told us so. One's own word opens no exemption: it is told by a flow. One query."""
    seeking = Situation.objects.on(day).filter(holder=holder, kind=SituationKind.JOB_SEEKER)
    return seeking.filter(source=SituationSource.FLOW).exists()
