"""What this room holds about a person, and how long it keeps it."""

from typing import Any

from accounts.models import Holder
from accounts.ports import RetentionRule
from cep.models import AdviceRequest, Booking, Seat, WaitingEntry
from cep.selectors.appointments import appointments_of

RETENTION_RULES = [
    RetentionRule(
        data_class="Rendez-vous avec un conseiller",
        seen_by="Votre conseiller et le responsable de son organisme",
        models=(
            "cep.Booking",
            "cep.BookingEvent",
            "cep.Impact",
            "cep.Seat",
            "cep.WaitingEntry",
            "cep.AdviceRequest",
        ),
        kept="Deux ans après le rendez-vous",
        ground=(
            "Suivi du conseil et preuve du service rendu. Aucun texte ne fixe la durée : celle-ci est un choix du "
            "portail, à confirmer par le délégué à la protection des données."
        ),
        afterwards="Effacement du lien avec la personne, l’heure et le lieu restant pour les statistiques",
    )
]

TITLE = "Conseil en évolution professionnelle"
COPIED = {
    "cep.Booking": "Rendez-vous avec un conseiller",
    "cep.BookingEvent": "Rendez-vous avec un conseiller / Historique",
    "cep.Impact": "Rendez-vous avec un conseiller / Changements subis",
    "cep.Seat": "Ateliers collectifs",
    "cep.WaitingEntry": "Attentes d’un créneau",
    "cep.AdviceRequest": "Demandes de conseil",
}
NOT_COPIED: dict[str, str] = {}


def export_personal_data(holder: Holder) -> dict[str, Any]:
    """The person's appointments with their history, seats and waits, in six queries. Keys are French titles."""
    appointments = appointments_of(holder).prefetch_related("events", "impacts")
    seats = holder.seats.select_related("session__site").order_by("taken_at", "pk")
    waits = holder.waiting_entries.select_related("site").order_by("asked_at", "pk")
    requests = (
        AdviceRequest.objects.filter(holder=holder).select_related("site").order_by("received_at", "pk")
    )
    return {
        "Rendez-vous avec un conseiller": [_appointment(booking) for booking in appointments],
        "Ateliers collectifs": [_seat(seat) for seat in seats],
        "Attentes d’un créneau": [_wait(entry) for entry in waits],
        "Demandes de conseil": [_request(request) for request in requests],
    }


def _seat(seat: Seat) -> dict[str, Any]:
    session = seat.session
    return {
        "Atelier": session.title,
        "Début (UTC)": session.span.lower.isoformat(),
        "Lieu": session.site.name,
        "Inscrit le": seat.taken_at.isoformat(),
    }


def _wait(entry: WaitingEntry) -> dict[str, Any]:
    return {
        "Lieu": entry.site.name,
        "Mode": entry.get_mode_display(),
        "Demandé le": entry.asked_at.isoformat(),
        "État": entry.get_state_display(),
        "Fois prévenu": entry.notices,
    }


def _request(request: AdviceRequest) -> dict[str, Any]:
    return {
        "Reçue le": request.received_at.isoformat(),
        "Reçue": request.get_channel_display(),
        "Lieu": request.site.name,
        "Premier échange au plus tard le": request.due_on.isoformat(),
        "Suite": request.get_end_display(),
        "Close le": request.ended_at.isoformat() if request.ended_at else None,
    }


def _appointment(booking: Booking) -> dict[str, Any]:
    return {
        "Référence": str(booking.pk),
        "Date et heure": booking.when,
        "Début (UTC)": booking.starts_at.isoformat(),
        "Fin (UTC)": booking.ends_at.isoformat(),
        "Lieu": f"{booking.site.name}, {booking.address}",
        "Objet": booking.get_kind_display(),
        "Mode": booking.get_mode_display(),
        "Conseiller": booking.adviser.display_name,
        "État": booking.get_status_display(),
        "Demandé le": booking.created_at.isoformat(),
        "Historique": [
            {"Le": event.at.isoformat(), "Action": event.get_action_display()}
            for event in booking.events.all()
        ],
        "Changements subis": [
            {
                "Le": impact.opened_at.isoformat(),
                "Cause": impact.get_cause_display(),
                "Suite": impact.get_end_display(),
            }
            for impact in booking.impacts.all()
        ],
    }
