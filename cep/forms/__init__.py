from cep.forms.booking import BookingForm, SlotForm
from cep.forms.search import SlotSearchForm

__all__ = ["BookingForm", "SlotForm", "SlotSearchForm"]
