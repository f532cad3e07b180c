from django.urls import path

from cep.views.appointments import (
    appointment_calendar,
    appointment_cancel,
    appointment_detail,
    appointment_list,
)
from cep.views.booking import booking_confirmed, booking_create, booking_hold
from cep.views.groups import session_detail, session_leave, session_list
from cep.views.moving import appointment_accept, appointment_move
from cep.views.shared_rights import received_list, shared_rights
from cep.views.slots import slot_list
from cep.views.triage import triage
from cep.views.waiting import waiting_join, waiting_leave, waiting_list, waiting_pass

app_name = "cep"
urlpatterns = [
    path("conseil/", triage, name="triage"),
    path("conseil/rendez-vous/", slot_list, name="slot_list"),
    path("conseil/rendez-vous/reserver/", booking_create, name="booking_create"),
    path("conseil/rendez-vous/garder/", booking_hold, name="booking_hold"),
    path("conseil/ateliers/", session_list, name="session_list"),
    path("conseil/ateliers/<int:key>/", session_detail, name="session_detail"),
    path("conseil/ateliers/<int:key>/quitter/", session_leave, name="session_leave"),
    path("conseillers/rendez-vous/", received_list, name="received_list"),
    path("conseillers/rendez-vous/<uuid:key>/droits/", shared_rights, name="shared_rights"),
    path("mes-rendez-vous/", appointment_list, name="appointment_list"),
    path("mes-rendez-vous/attentes/", waiting_list, name="waiting_list"),
    path("mes-rendez-vous/attentes/ajouter/", waiting_join, name="waiting_join"),
    path("mes-rendez-vous/attentes/<int:key>/passer/", waiting_pass, name="waiting_pass"),
    path("mes-rendez-vous/attentes/<int:key>/quitter/", waiting_leave, name="waiting_leave"),
    path("mes-rendez-vous/<uuid:key>/", appointment_detail, name="appointment_detail"),
    path("mes-rendez-vous/<uuid:key>/confirmation/", booking_confirmed, name="booking_confirmed"),
    path("mes-rendez-vous/<uuid:key>/annuler/", appointment_cancel, name="appointment_cancel"),
    path("mes-rendez-vous/<uuid:key>/deplacer/", appointment_move, name="appointment_move"),
    path("mes-rendez-vous/<uuid:key>/accepter/", appointment_accept, name="appointment_accept"),
    path("mes-rendez-vous/<uuid:key>/rendez-vous.ics", appointment_calendar, name="appointment_calendar"),
]
