"""`{% load agora %}`: the words of the contract on our pages."""

from django import template

from agora_sync.mapping.items import in_words as value_in_words
from agora_sync.mapping.items import item_label as label_of

register = template.Library()


@register.filter
def item_label(path: str) -> str:
    """How the dictionary calls an item; its path when it has no such item."""
    return label_of(path) or path


@register.filter
def in_words(text: str) -> str:
    """A value read at AGORA, the codes of its states in words."""
    return value_in_words(text)


@register.filter
def lower_first(label: str) -> str:
    """A label in the middle of a sentence: « renvoyé à AGORA » keeps its name, which `lower` would not."""
    return f"{label[:1].lower()}{label[1:]}"
