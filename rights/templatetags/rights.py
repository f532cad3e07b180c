"""`{% load rights %}`: amounts in the unit of their counter."""

from django import template

from rights.wording.amounts import format_amount

register = template.Library()


@register.filter
def in_unit(amount: int, unit: str) -> str:
    """Cents, minutes or points as people read them: `{{ counter.balance|in_unit:counter.unit }}`."""
    return format_amount(amount, unit)


@register.filter
def in_unit_signed(amount: int, unit: str) -> str:
    """The same for a movement: `+500,00 €`, `−120,00 €`."""
    return format_amount(amount, unit, signed=True)
