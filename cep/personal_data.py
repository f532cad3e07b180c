"""What this room holds about a person, and how long it keeps it."""

from typing import Any

from accounts.models import Holder
from accounts.ports import RetentionRule
from cep.models import Booking
from cep.selectors.appointments import appointments_of

RETENTION_RULES = [
    RetentionRule(
        data_class="Rendez-vous avec un conseiller",
        seen_by="Votre conseiller et le responsable de son organisme",
        models=("cep.Booking", "cep.BookingEvent"),
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
}
NOT_COPIED: dict[str, str] = {}


def export_personal_data(holder: Holder) -> dict[str, Any]:
    """The person's appointments with their history, in two queries. Keys are French titles."""
    appointments = appointments_of(holder).prefetch_related("events")
    return {"Rendez-vous avec un conseiller": [_appointment(booking) for booking in appointments]}


def _appointment(booking: Booking) -> dict[str, Any]:
    return {
        "Référence": str(booking.pk),
        "Date et heure": booking.when,
        "Début (UTC)": booking.starts_at.isoformat(),
        "Fin (UTC)": booking.ends_at.isoformat(),
        "Lieu": f"{booking.site.name}, {booking.site.address}",
        "Mode": booking.get_mode_display(),
        "Conseiller": booking.adviser.display_name,
        "État": booking.get_status_display(),
        "Demandé le": booking.created_at.isoformat(),
        "Historique": [
            {"Le": event.at.isoformat(), "Action": event.get_action_display()}
            for event in booking.events.all()
        ],
    }
