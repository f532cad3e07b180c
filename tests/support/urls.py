"""Every address of the site, read from the URLconf."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    view: Callable[..., object]
    parameters: tuple[str, ...]


def every_address(
    resolver: URLResolver | None = None, route: str = "", namespaces: tuple[str, ...] = ()
) -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = route + str(entry.pattern)
        if isinstance(entry, URLPattern):
            name = ":".join((*namespaces, entry.name or path))
            yield Address(name, path, entry.callback, tuple(entry.pattern.converters))
        else:
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from every_address(entry, path, inner)
