from cep.models.booking import Booking, BookingEvent
from cep.models.network import Adviser, Operator, Site
from cep.models.window import Window

__all__ = ["Adviser", "Booking", "BookingEvent", "Operator", "Site", "Window"]
