"""Group sessions: a seat is taken by one conditional UPDATE, so that the last one goes to one person."""

from datetime import date, datetime, time

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F

from accounts.models import Holder, User
from cep.enums import AbsenceKind
from cep.exceptions import PlanRefused, SessionFull
from cep.models import Absence, Adviser, GroupSession, Seat, Site
from cep.rules.local_time import instant_of
from cep.services.plans import record_absence


def open_session(
    *,
    adviser: Adviser,
    site: Site,
    title: str,
    day: date,
    local_start: time,
    local_end: time,
    capacity: int,
    actor: User | None,
    now: datetime,
) -> GroupSession:
    """Announce a workshop; the adviser receives nobody else meanwhile, and who was expected then gets an impact.

    Raises PlanRefused at an hour over which the clocks jump.
    """
    start, end = instant_of(day, local_start, site.zone), instant_of(day, local_end, site.zone)
    if start is None or end is None or end <= start:
        raise PlanRefused("Ces heures n’existent pas ce jour-là : l’heure change dans la nuit.")
    with transaction.atomic():
        record_absence(
            absence=Absence(
                adviser=adviser, first_day=day, last_day=day, local_start=local_start, local_end=local_end,
                kind=AbsenceKind.GROUP,
            ),
            actor=actor,
            now=now,
        )  # fmt: skip
        return GroupSession.objects.create(
            adviser=adviser, site=site, title=title, span=DateTimeTZRange(start, end), capacity=capacity
        )


def take_seat(*, session: GroupSession, holder: Holder) -> Seat:
    """Seat the person; a second request gives their seat back. Raises SessionFull."""
    with transaction.atomic():
        seat = Seat(session=session, holder=holder)
        # The seat first: the same person twice waits for themselves here and counts once.
        Seat.objects.bulk_create([seat], ignore_conflicts=True)
        if not Seat.objects.filter(pk=seat.pk).exists():
            return Seat.objects.get(session=session, holder=holder)
        counted = GroupSession.objects.filter(pk=session.pk, taken__lt=F("capacity")).update(
            taken=F("taken") + 1
        )
        if not counted:
            raise SessionFull
        return seat


def leave_seat(*, session: GroupSession, holder: Holder) -> None:
    """Give the seat back. Nothing changes when the person has none."""
    with transaction.atomic():
        given_back, _ = Seat.objects.filter(session=session, holder=holder).delete()
        if given_back:
            GroupSession.objects.filter(pk=session.pk).update(taken=F("taken") - 1)
