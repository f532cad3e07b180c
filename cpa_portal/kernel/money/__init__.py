"""Amounts as integer cents, durations as integer minutes, their French spelling. Never a float."""

from cpa_portal.kernel.money.amounts import ceil_to_cent, euros, floor_to_cent, hours, round_half_up_to_cent
from cpa_portal.kernel.money.formatting import MINUS, SPACE, format_euros, format_hours
from cpa_portal.kernel.money.parsing import InvalidAmount, parse_euros

__all__ = [
    "MINUS",
    "SPACE",
    "InvalidAmount",
    "ceil_to_cent",
    "euros",
    "floor_to_cent",
    "format_euros",
    "format_hours",
    "hours",
    "parse_euros",
    "round_half_up_to_cent",
]
