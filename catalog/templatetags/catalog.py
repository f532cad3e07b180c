"""Figures that only the catalogue writes."""

from django import template

register = template.Library()

NARROW_SPACE = "\u202f"
# European level to what people call it.
LEVELS = {
    1: "savoirs de base",
    2: "avant le CAP",
    3: "CAP",
    4: "bac",
    5: "bac + 2",
    6: "bac + 3 ou 4",
    7: "bac + 5",
    8: "doctorat",
}


@register.filter
def kilometres(distance: float) -> str:
    """`moins de 1 km`, `14 km`: nobody walks the tenths."""
    return "moins de 1 km" if distance < 1 else f"{round(distance)}{NARROW_SPACE}km"


@register.filter
def level_name(level: int) -> str:
    """`bac + 2 (niveau 5)`: the everyday word first, the official one after it."""
    return f"{LEVELS[level]} (niveau {level})"
