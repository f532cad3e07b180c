from cep.admin.agenda import BookingAdmin
from cep.admin.closing import ClosingRequestAdmin
from cep.admin.first_exchange import AdviceRequestAdmin
from cep.admin.groups import GroupSessionAdmin
from cep.admin.impacts import ImpactAdmin
from cep.admin.network import AdviserAdmin, OperatorAdmin, SiteAdmin
from cep.admin.plan import AbsenceAdmin, DepartureAdmin, ExtraOpeningAdmin, PatternAdmin, SiteClosureAdmin
from cep.admin.windows import WindowAdmin

__all__ = [
    "AbsenceAdmin",
    "AdviceRequestAdmin",
    "AdviserAdmin",
    "BookingAdmin",
    "ClosingRequestAdmin",
    "DepartureAdmin",
    "ExtraOpeningAdmin",
    "GroupSessionAdmin",
    "ImpactAdmin",
    "OperatorAdmin",
    "PatternAdmin",
    "SiteAdmin",
    "SiteClosureAdmin",
    "WindowAdmin",
]
