"""`{% load agora %}`: the words of the contract on our pages."""

from django import template

from agora_sync.mapping.items import item_label as label_of

register = template.Library()


@register.filter
def item_label(path: str) -> str:
    """How the dictionary calls an item; its path when it has no such item."""
    return label_of(path) or path
