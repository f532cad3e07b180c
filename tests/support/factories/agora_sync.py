"""What travels, made by the services that make it travel."""

import itertools
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from agora_sync.enums import ApprovalSide
from agora_sync.models import PAGMAssignment, PAGMRight
from agora_sync.services.approvals import approve_mappings
from catalog.models import Session
from cpa_portal.kernel.identifiers import fictitious_siret
from rights.models import TrainingFile
from rights.services.training_files import request_training_file
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import CounterFactory, RequestableSessionFactory

_ranks = itertools.count(1)


APPROVERS = {ApprovalSide.AGORA: "Claire Vautrin", ApprovalSide.PARTNER: "Paul Ferrand"}


def approve(
    *mappings: PAGMAssignment | PAGMRight,
    sides: Iterable[ApprovalSide] = tuple(ApprovalSide),
    at: datetime | None = None,
) -> None:
    """The word of these sides, both unless told, on each mapping."""
    for side in sides:
        approve_mappings(
            mappings=mappings,
            side=side,
            approver=APPROVERS[side],
            quality="Responsable",
            reference="Avenant n° 3",
            at=at,
        )


def requested_file(holder: Any = None) -> TrainingFile:
    """A file that its holder just asked for, waiting for AGORA, with its event in the journal."""
    owner = holder or HolderFactory()
    session = funded_session(owner)
    return request_training_file(key=uuid.uuid4(), holder=owner, session=session, today=timezone.localdate())


def funded_session(holder: Any) -> Session:
    """A session that this person may ask for and that their rights pay.

    Its organisation has a SIRET that passes the check, and no certification: AGORA's catalogue may be empty.
    """
    CounterFactory(holder=holder, balance=2_000_00)
    today = timezone.localdate()
    session: Session = RequestableSessionFactory(
        starts_on=today + timedelta(days=40),
        ends_on=today + timedelta(days=90),
        action__training__certification_code="",
        action__training__organisation__siret=fictitious_siret(next(_ranks)),
    )
    return session
