"""What an adviser sees of the rights of the people they receive: nothing without the person's consent."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import is_cep_adviser
from accounts.selectors.shared_data import adviser_may_read_rights
from accounts.services.access_log import record_consultation
from cep.selectors.appointments import received_people, upcoming_or_recent_appointment
from cpa_portal.kernel.access import requires
from rights.selectors.counters import counters_of
from rights.selectors.training_files import files_of

FORBIDDEN = 403


@requires(is_cep_adviser)
@never_cache
@require_safe
def received_list(request: HttpRequest) -> HttpResponse:
    bookings = received_people(cast("User", request.user), today=timezone.localdate())
    return render(request, "cep/received_list.html", {"bookings": bookings})


@requires(is_cep_adviser)
@never_cache
@require_safe
def shared_rights(request: HttpRequest, key: UUID) -> HttpResponse:
    """Of a person with an appointment with this adviser, within its time, under their consent."""
    actor = cast("User", request.user)
    booking = upcoming_or_recent_appointment(actor, key, today=timezone.localdate())
    if booking is None:
        raise Http404
    holder = booking.person
    if not adviser_may_read_rights(holder):
        return render(request, "cep/shared_rights_refused.html", {"booking": booking}, status=FORBIDDEN)
    with transaction.atomic():
        record_consultation(
            actor=actor,
            holder=holder,
            purpose="Préparation de votre rendez-vous, avec votre accord",
            what="Droits et dossiers de formation",
        )
        context = {
            "booking": booking,
            "holder": holder,
            "lines": counters_of(holder),
            "files": list(files_of(holder)),
        }
    return render(request, "cep/shared_rights.html", context)
