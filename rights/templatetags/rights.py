"""`{% load rights %}`: amounts in the unit of their counter."""

from django import template
from django.utils import timezone

from rights.parameters import value_on
from rights.rules.derivation import Measure, Operand, Step
from rights.wording.amounts import format_amount
from rights.wording.derivations import format_exact, format_formula

register = template.Library()


@register.filter
def in_unit(amount: int, unit: str) -> str:
    """Cents, minutes or points as people read them: `{{ counter.balance|in_unit:counter.unit }}`."""
    return format_amount(amount, unit)


@register.filter
def in_unit_signed(amount: int, unit: str) -> str:
    """The same for a movement: `+500,00 €`, `−120,00 €`."""
    return format_amount(amount, unit, signed=True)


@register.filter
def step_amount(step: Step) -> str:
    """The amount of a step of a derivation, in its unit."""
    return format_exact(step.amount, Measure(step.unit))


@register.filter
def operand_value(operand: Operand) -> str:
    """The number that a step used."""
    return format_exact(operand.value, operand.unit)


@register.filter
def step_formula(step: Step) -> str:
    """The step as one writes it on paper, rounding included; empty when nothing is computed."""
    return format_formula(step)


@register.filter
def document_type(content_type: str) -> str:
    """The short name of a type of document: `PDF`, `JPEG`, `PNG`."""
    return content_type.rpartition("/")[2].upper()


@register.simple_tag
def legal_number(name: str) -> int:
    """The number of a dated parameter today: `{% legal_number "free_cancellation_notice" %} jours ouvrés`."""
    return int(value_on(name, timezone.localdate()).number)
