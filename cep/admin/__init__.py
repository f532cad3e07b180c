from cep.admin.agenda import BookingAdmin
from cep.admin.network import AdviserAdmin, OperatorAdmin, SiteAdmin
from cep.admin.windows import WindowAdmin

__all__ = ["AdviserAdmin", "BookingAdmin", "OperatorAdmin", "SiteAdmin", "WindowAdmin"]
