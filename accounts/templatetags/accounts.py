"""What the pages of several rooms show of this one."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from accounts.franceconnect.endpoints import is_configured

register = template.Library()


@register.inclusion_tag("accounts/includes/franceconnect_button.html", takes_context=True)
def franceconnect_button(
    context: template.Context, address: str, *, plus: bool = False, next_url: str = ""
) -> dict[str, Any]:
    """The official button, which posts to `address`; nothing where FranceConnect is not open."""
    return {
        "is_open": is_configured(),
        "is_development": settings.FRANCECONNECT_IS_DEVELOPMENT,
        "address": address,
        "plus": plus,
        "next_url": next_url,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def franceconnect_is_open() -> bool:
    return is_configured()
