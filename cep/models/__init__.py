from cep.models.advice_request import AdviceRequest
from cep.models.booking import Booking, BookingEvent
from cep.models.closing import ClosingRequest
from cep.models.group import GroupSession, Seat
from cep.models.impact import Impact
from cep.models.network import Adviser, Operator, Site
from cep.models.plan import Absence, Departure, ExtraOpening, Pattern, SiteClosure
from cep.models.waiting import WaitingEntry
from cep.models.window import Window

__all__ = [
    "Absence",
    "AdviceRequest",
    "Adviser",
    "Booking",
    "BookingEvent",
    "ClosingRequest",
    "Departure",
    "ExtraOpening",
    "GroupSession",
    "Impact",
    "Operator",
    "Pattern",
    "Seat",
    "Site",
    "SiteClosure",
    "WaitingEntry",
    "Window",
]
