"""Whether a person is already advised by another operator: yes since a month, and nothing else of that file."""

from datetime import date
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db.models import Min, Q

from accounts.models import Holder
from cep.enums import STATUSES_ACTIVE, BookingStatus
from cep.models import Booking, Operator
from cep.rules.likeness import Identity, may_be_one_person, national_number

# An advice that nobody has gone on with for a year is over.
STILL_GOING = relativedelta(years=1)
SUPPORTED = (*STATUSES_ACTIVE, BookingStatus.DONE)


def supported_elsewhere_since(holder: Holder, *, operator: Operator, today: date) -> date | None:
    """The first day of the month in which another operator began; None when nobody else advises them.

    The person's own account counts, and those that may be theirs under a name written otherwise or another number.
    Two queries, whatever is found: neither the name, nor the operator, nor the adviser leaves this function.
    """
    met = (
        Booking.objects.filter(holder__in=_perhaps_the_same(holder), status__in=SUPPORTED)
        .exclude(adviser__operator=operator)
        .filter(local_date__gte=today - STILL_GOING)
        .aggregate(since=Min("local_date"))
    )
    since: date | None = met["since"]
    return since.replace(day=1) if since else None


def _perhaps_the_same(holder: Holder) -> list[UUID]:
    mine = _identity(holder)
    born_then = Q(birth_date=holder.birth_date) if holder.birth_date else Q(pk=holder.pk)
    near = Holder.objects.filter(born_then | Q(phone__in=_writings(mine.phone)) | Q(pk=holder.pk))
    return [
        other.pk
        for other in near.only("pk", "birth_date", "birth_name", "usual_name", "first_names", "phone")
        if other.pk == holder.pk or may_be_one_person(mine, _identity(other))
    ]


def _writings(phone: str) -> list[str]:
    """The usual writings of nine digits: « 06 12 34 56 78 », « 06.12.34.56.78 », « +33612345678 »…"""
    if not phone:
        return []
    groups = [phone[0], *(phone[at : at + 2] for at in range(1, 9, 2))]
    return [
        *(f"0{separator.join(groups)}" for separator in ("", " ", ".", "-")),
        f"+33{phone}",
        f"+33 {' '.join(groups)}",
        f"0033{phone}",
    ]


def _identity(holder: Holder) -> Identity:
    return Identity(
        birth_date=holder.birth_date,
        names=tuple(name for name in (holder.birth_name, holder.usual_name) if name),
        first_name=(holder.first_names.replace(",", " ").split() or [""])[0],
        phone=national_number(holder.phone),
    )
