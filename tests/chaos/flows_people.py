"""Who takes part in `bin/chaos flows`: people known on both sides, and the course that each one's file follows."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Sum
from django.utils import timezone

from accounts.models import Holder
from catalog.models import Session
from rights.enums import EventOrigin, ExitReason, FileRole, Funder, TrainingFileAction, TrainingFileState
from rights.models import TrainingFile
from rights.services.training_files import cancel_training_file, declare_entry, request_training_file
from rights.services.training_files.acting import Party
from rights.services.training_files.steps import commit, declare_exit, propose, simple_step
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.agora_sync import funded_session

ORGANISATION = Party(FileRole.ORGANISATION)
NEW_PRICE_CENTS = 1_234_00
S = TrainingFileState


class Course(StrEnum):
    """How far a file goes. The last two are opened and changed at AGORA by a partner, and read from there."""

    ASKED, CANCELLED, REFUSED, FIRM, ENTERED, LEFT = (
        "asked",
        "cancelled",
        "refused",
        "firm",
        "entered",
        "left",
    )
    PARTNER, PARTNER_ENTERED = "partner", "partner entered"


STEPS: dict[Course, tuple[str, ...]] = {
    Course.ASKED: ("request",),
    Course.CANCELLED: ("request", "cancel"),
    Course.REFUSED: ("request", "refuse"),
    Course.FIRM: ("request", "propose", "commit"),
    Course.ENTERED: ("request", "propose", "commit", "enter"),
    Course.LEFT: ("request", "propose", "commit", "enter", "leave"),
    Course.PARTNER: ("partner_create", "pull"),
    Course.PARTNER_ENTERED: ("partner_create", "partner_enter", "pull"),
}
# Of a file that AGORA has: the state there, and the one here.
ENDS: dict[Course, tuple[str, TrainingFileState]] = {
    Course.ASKED: ("DEMANDE", S.REQUESTED),
    Course.CANCELLED: ("ANNULE", S.CANCELLED),
    Course.REFUSED: ("REFUSE", S.REFUSED),
    Course.FIRM: ("VALIDE", S.ACCEPTED),
    Course.ENTERED: ("EN_FORMATION", S.IN_TRAINING),
    Course.LEFT: ("SORTI", S.LEFT),
    Course.PARTNER: ("DEMANDE", S.REQUESTED),
    Course.PARTNER_ENTERED: ("EN_FORMATION", S.IN_TRAINING),
}
FROM_AGORA = (Course.PARTNER, Course.PARTNER_ENTERED)


@dataclass
class Flow:
    """One person, one training, one course. `key` names the file here, `nir` the person on both sides."""

    rank: int
    course: Course
    holder: Holder
    nir: str
    session: Session | None
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    agora_number: str = ""

    @property
    def file(self) -> TrainingFile:
        return TrainingFile.objects.select_related("holder").get(pk=self.key)


def people(count: int, chance: random.Random) -> list[Flow]:
    """So many flows, their people and sessions written in the portal's database."""
    courses = [list(Course)[rank % len(Course)] for rank in range(count)]
    chance.shuffle(courses)
    return [_flow(rank, course) for rank, course in enumerate(courses)]


def _flow(rank: int, course: Course) -> Flow:
    holder = HolderFactory(user=None)
    session = None if course in FROM_AGORA else funded_session(holder)
    return Flow(rank, course, holder, str(holder.nirs.get().nir), session)


def introduce(flows: list[Flow]) -> None:
    """The same people in AGORA's database, which is the current one."""
    for flow in flows:
        HolderFactory(
            birth_name=flow.holder.birth_name, nir=flow.nir, birth_date=flow.holder.birth_date, user=None
        )


def interleaved(flows: list[Flow], chance: random.Random) -> Iterator[tuple[Flow, str]]:
    """Every step of every flow, in the order of each, the flows mixed."""
    left = [(flow, list(STEPS[flow.course])) for flow in flows]
    # A dozen files are under way at any moment.
    under_way: list[tuple[Flow, list[str]]] = []
    while left or under_way:
        while left and len(under_way) < 12:
            under_way.append(left.pop(0))
        flow, steps = chance.choice(under_way)
        yield flow, steps.pop(0)
        if not steps:
            under_way.remove((flow, steps))


# Steps: each may be done again when nobody knows whether it was ------------------------------------
def request(flow: Flow) -> None:
    assert flow.session is not None
    request_training_file(key=flow.key, holder=flow.holder, session=flow.session, today=timezone.localdate())


def cancel(flow: Flow) -> None:
    if flow.file.state == S.REQUESTED:
        cancel_training_file(training_file_id=flow.key, today=timezone.localdate())


def refuse(flow: Flow) -> None:
    if flow.file.state == S.REQUESTED:
        simple_step(
            training_file_id=flow.key, action=TrainingFileAction.REFUSE, party=ORGANISATION,
            today=timezone.localdate(), reason="La session est complète",
        )  # fmt: skip


def make_offer(flow: Flow) -> None:
    if flow.file.state == S.REQUESTED:
        propose(
            training_file_id=flow.key, party=ORGANISATION, today=timezone.localdate(),
            price_cents=NEW_PRICE_CENTS,
        )  # fmt: skip


def agree(flow: Flow) -> None:
    file = flow.file
    if file.state != S.PROPOSED:
        return
    charge = file.fundings.filter(funder=Funder.HOLDER).aggregate(Sum("amount_cents", default=0))
    commit(
        training_file_id=file.pk, holder=file.holder, today=timezone.localdate(),
        expected_charge_cents=charge["amount_cents__sum"],
    )  # fmt: skip


def enter(flow: Flow) -> None:
    file = flow.file
    declare_entry(
        training_file=file, entered_on=file.session_starts_on, origin=EventOrigin.PORTAL,
        today=file.session_starts_on,
    )  # fmt: skip


def leave(flow: Flow) -> None:
    file = flow.file
    if file.state == S.IN_TRAINING:
        declare_exit(
            training_file_id=file.pk, party=ORGANISATION, today=file.session_ends_on, left_on=left_on(file),
            reason=ExitReason.ABANDONED, attended_minutes=600,
        )  # fmt: skip


def left_on(file: TrainingFile) -> date:
    return file.session_starts_on + timedelta(days=10)


ACTS = {
    "request": request,
    "cancel": cancel,
    "refuse": refuse,
    "propose": make_offer,
    "commit": agree,
    "enter": enter,
    "leave": leave,
}
