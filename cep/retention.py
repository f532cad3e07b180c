"""What leaves this room when its time has come: two years after it, an appointment no longer says whose it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta

from accounts.ports import KeptForProof, Sweep
from accounts.retention import delete_rows
from cep.models import AdviceRequest, Booking, Seat, WaitingEntry

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

TWO_YEARS = relativedelta(years=2)


def old_appointments(today: date) -> QuerySet[Booking]:
    return Booking.objects.filter(holder__isnull=False, local_date__lt=today - TWO_YEARS)


def forget_whose(rows: QuerySet[Booking]) -> int:
    """The hour and the place stay, for statistics."""
    return rows.update(holder=None)


def old_seats(today: date) -> QuerySet[Seat]:
    return Seat.objects.filter(session__span__endswith__date__lt=today - TWO_YEARS)


def old_waits(today: date) -> QuerySet[WaitingEntry]:
    return WaitingEntry.objects.filter(asked_at__date__lt=today - TWO_YEARS)


def old_requests(today: date) -> QuerySet[AdviceRequest]:
    return AdviceRequest.objects.filter(received_at__date__lt=today - TWO_YEARS)


RETENTION_SWEEPS = (
    Sweep(
        "rendez-vous",
        "Rendez-vous avec un conseiller",
        "Deux ans après le rendez-vous",
        ("cep.Booking",),
        old_appointments,
        forget_whose,
    ),
    Sweep(
        "ateliers",
        "Inscriptions aux ateliers collectifs",
        "Deux ans après l’atelier",
        ("cep.Seat",),
        old_seats,
        delete_rows,
    ),
    Sweep(
        "attentes",
        "Attentes d’un créneau",
        "Deux ans après la demande",
        ("cep.WaitingEntry",),
        old_waits,
        delete_rows,
    ),
    Sweep(
        "demandes",
        "Demandes de conseil",
        "Deux ans après la demande",
        ("cep.AdviceRequest",),
        old_requests,
        delete_rows,
    ),
)
KEPT_FOR_PROOF = (
    KeptForProof(
        ("cep.BookingEvent", "cep.Impact"),
        "L’histoire d’un rendez-vous prouve le service rendu, qui est payé : elle s’inscrit une fois.",
        "Marché public du conseil (Code du travail, article L. 6123-5) ; règlement (UE) 2016/679, article 17, "
        "paragraphe 3, point e",
        "Le rendez-vous ne dit plus à qui il était ; l’histoire garde le compte qui a agi, effacé après le décès.",
    ),
)
