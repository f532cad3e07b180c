"""Group sessions: a seat is taken by one conditional UPDATE, so that the last one goes to one person."""

from datetime import date, datetime, time

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F

from accounts.models import Holder, User
from cep.enums import AbsenceKind
from cep.exceptions import ActionRefused, PlanRefused, SessionFull
from cep.models import Absence, Adviser, GroupSession, Seat, Site
from cep.rules.local_time import instant_of
from cep.services.messages import announce_seat, announce_session_called_off
from cep.services.plans import lift, record_absence


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

    Raises PlanRefused at an hour over which the clocks jump, and while the adviser leads another one.
    """
    start, end = instant_of(day, local_start, site.zone), instant_of(day, local_end, site.zone)
    if start is None or end is None or end <= start:
        raise PlanRefused("Ces heures n’existent pas ce jour-là : l’heure change dans la nuit.")
    with transaction.atomic():
        absence = Absence(
            adviser=adviser, first_day=day, last_day=day, local_start=local_start, local_end=local_end,
            kind=AbsenceKind.GROUP,
        )  # fmt: skip
        # Lays the adviser down, so that two announcements for one adviser come one after the other.
        record_absence(absence=absence, actor=actor, now=now, zone=site.time_zone)
        span = DateTimeTZRange(start, end)
        if GroupSession.objects.filter(
            adviser=adviser, called_off_at__isnull=True, span__overlap=span
        ).exists():
            raise PlanRefused("Ce conseiller anime déjà un autre atelier à cette heure.")
        return GroupSession.objects.create(
            adviser=adviser, site=site, title=title, span=span, capacity=capacity,
            absence=absence,
        )  # fmt: skip


def call_off_session(*, session: GroupSession, now: datetime) -> int:
    """The workshop does not take place: everyone seated is told, the adviser may receive again. Returns how many.

    Nothing more happens the second time. Raises ActionRefused once it has begun.
    """
    with transaction.atomic():
        standing = GroupSession.objects.filter(pk=session.pk, called_off_at__isnull=True)
        if not standing.filter(span__startswith__gt=now).update(called_off_at=now):
            if standing.exists():
                raise ActionRefused("Cet atelier a commencé : il ne s’annule plus.")
            return 0
        session.called_off_at = now
        if session.absence is not None:
            lift(entry=session.absence, now=now)
        seats = session.seats.select_related("holder__user").order_by("taken_at", "pk")
        for seat in seats:
            announce_session_called_off(session, seat)
        return len(seats)


def take_seat(*, session: GroupSession, holder: Holder, now: datetime) -> Seat:
    """Seat the person and write them so; a second request gives their seat back.

    Raises SessionFull, ActionRefused once the workshop has begun or was called off.
    """
    with transaction.atomic():
        _refuse_what_is_over(session, now)
        seat = Seat(session=session, holder=holder)
        # The seat first: the same person twice waits for themselves here and counts once.
        Seat.objects.bulk_create([seat], ignore_conflicts=True)
        if not Seat.objects.filter(pk=seat.pk).exists():
            return Seat.objects.get(session=session, holder=holder)
        counted = GroupSession.objects.filter(
            pk=session.pk, taken__lt=F("capacity"), called_off_at__isnull=True
        ).update(taken=F("taken") + 1)
        if not counted:
            raise SessionFull
        announce_seat(session, seat)
        return seat


def leave_seat(*, session: GroupSession, holder: Holder, now: datetime) -> None:
    """Give the seat back. Nothing changes when the person has none.

    Raises ActionRefused once the workshop has begun or was called off.
    """
    with transaction.atomic():
        _refuse_what_is_over(session, now)
        given_back, _ = Seat.objects.filter(session=session, holder=holder).delete()
        if given_back:
            GroupSession.objects.filter(pk=session.pk).update(taken=F("taken") - 1)


def _refuse_what_is_over(session: GroupSession, now: datetime) -> None:
    if session.called_off_at is not None:
        raise ActionRefused("Cet atelier est annulé.")
    if session.starts_at <= now:
        raise ActionRefused("Cet atelier a déjà commencé.")
