"""What the room refuses, each with a code and a sentence that a person may read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cep.models import Booking
    from cep.rules.meetings import Slot


class CEPRefusal(Exception):
    """A refusal of the domain. `code` is stable, `message` is for the person."""

    code = "refused"
    message = "Cette demande n’est pas possible."

    def __init__(self) -> None:
        super().__init__(self.message)


class CallsRefused(CEPRefusal):
    code = "calls_refused"
    message = (
        "Vous avez demandé à ne pas être appelé. Choisissez un rendez-vous sur place ou en visio, ou changez ce "
        "réglage sur la page « Mes données »."
    )


class SlotUnavailable(CEPRefusal):
    """The meeting asked for cannot be had; `nearest` holds up to three that can, nearest first."""

    def __init__(self, nearest: Sequence["Slot"] = ()) -> None:
        super().__init__()
        self.nearest = list(nearest)


class SlotTaken(SlotUnavailable):
    code = "slot_taken"
    message = "Ce créneau vient d’être réservé par une autre personne."


class WindowClosed(SlotUnavailable):
    code = "window_closed"
    message = "Ce créneau n’est pas ouvert aux rendez-vous (plage fermée)."


class SlotTooSoon(SlotUnavailable):
    code = "slot_too_soon"
    message = "Ce créneau est passé, ou trop proche pour prévenir le conseiller."


class SlotBeyondHorizon(SlotUnavailable):
    code = "slot_beyond_horizon"
    message = "Ce créneau est trop éloigné : les rendez-vous se prennent moins de trois mois à l’avance."


class BookingBusy(CEPRefusal):
    """Too many people at once on the same rows: nothing was written, the same request may be sent again."""

    code = "booking_busy"
    message = (
        "Beaucoup de personnes réservent en ce moment : votre rendez-vous n’est pas encore enregistré. "
        "Envoyez à nouveau votre demande."
    )


class HolderAlreadyBooked(CEPRefusal):
    """The person already has an appointment that overlaps; `booking` is that one."""

    code = "holder_already_booked"
    message = "Vous avez déjà un rendez-vous à cette heure."

    def __init__(self, booking: "Booking") -> None:
        super().__init__()
        self.booking = booking


class KeyAlreadyUsed(CEPRefusal):
    """The key of the request names another appointment."""

    code = "key_already_used"
    message = "Cette demande a déjà servi pour un autre rendez-vous. Choisissez à nouveau un créneau."


class ActionRefused(CEPRefusal):
    """The appointment is not in a state, or not at a time, that allows the action."""

    code = "action_refused"

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__()


class WindowHasBookings(CEPRefusal):
    """A window that covers active appointments is not closed; `bookings` holds them."""

    code = "window_has_bookings"
    message = "Des rendez-vous sont pris sur cette plage : déplacez-les ou annulez-les d’abord."

    def __init__(self, bookings: Sequence["Booking"]) -> None:
        super().__init__()
        self.bookings = list(bookings)


class AdviserElsewhere(CEPRefusal):
    code = "adviser_elsewhere"
    message = "Le conseiller est déjà ouvert ailleurs, ou sous un autre mode, sur une partie de cette plage."


class FirstMeetingAlready(HolderAlreadyBooked):
    """One first meeting at a time; `booking` is the one that stands."""

    code = "first_meeting_already"
    message = "Vous avez déjà un premier rendez-vous à venir. Vous pouvez le déplacer plutôt qu’en prendre un autre."


class HoldGone(CEPRefusal):
    code = "hold_gone"
    message = "Ce créneau n’est plus gardé pour vous. Choisissez-en un dans la liste."


class KindNotOffered(CEPRefusal):
    code = "kind_not_offered"
    message = "Ce type de rendez-vous ne se prend pas de cette façon. Choisissez une autre façon de vous rencontrer."


class PlanRefused(CEPRefusal):
    """An opening, an absence or a departure that cannot be recorded."""

    code = "plan_refused"

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__()


class SessionFull(CEPRefusal):
    code = "session_full"
    message = "Cet atelier est complet."
