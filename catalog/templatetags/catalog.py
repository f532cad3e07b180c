"""Figures that only the catalogue writes."""

import datetime

from django import template
from django.conf import settings
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

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


@register.filter
def day_from_iso(text: str) -> datetime.date:
    """A day written 2026-11-22."""
    return datetime.date.fromisoformat(text)


@register.simple_tag(takes_context=True)
def canonical(context: Context) -> SafeString:
    """The address of the page for search engines: that of the site, with the page of its list and nothing else."""
    request = context["request"]
    page = request.GET.get("page", "")
    more = f"?page={page}" if page.isdecimal() and page.isascii() and page != "1" else ""
    return format_html('<link rel="canonical" href="{}{}{}">', settings.SITE_URL, request.path, more)
